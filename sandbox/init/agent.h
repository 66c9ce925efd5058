/*
 * agent.h - the socket by which programs reach the client's ssh agent.
 *
 * One for each link that asked; it goes when the link does.
 */
#ifndef ATOLL_INIT_AGENT_H
#define ATOLL_INIT_AGENT_H

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

struct agent {
	char path[48]; /* of the socket; "" when there is none */
};

/* Make it where sshd(8) does, for the plan's user alone.  The answer is
 * LISTENING, with the socket and without the serial. */
int agent_open(struct agent *a, const struct msg_init_plan *plan,
    struct msg *answer, struct err *e);

/* Remove what was made; does nothing for an agent without a socket. */
void agent_close(struct agent *a);

/*
 * What SSH_AUTH_SOCK says on a terminal that outlives its connection: a path that
 * stays, and leads to the agent of whoever has the terminal, if they lend one.
 */
struct agent_path {
	char path[48]; /* "" when there is none */
	int directory; /* that it lies in; owned; -1 when there is none */
};

/* Make it for the plan's user, leading to that socket. */
int agent_path_make(struct agent_path *p, const struct msg_init_plan *plan,
    const char *socket, struct err *e);

/* From now on it leads there; to nowhere: "".  Does nothing when there is none;
 * and when the user, whose directory it is, has put something else there. */
void agent_path_set(struct agent_path *p, const char *socket);

/* Remove it. */
void agent_path_remove(struct agent_path *p);

/* It stays as it is for its program, and is nobody's to change any more. */
void agent_path_leave(struct agent_path *p);

#endif
