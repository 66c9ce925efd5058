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

#endif
