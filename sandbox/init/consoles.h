/*
 * consoles.h - the other machines of the seat, and their consoles.
 *
 * The student enters the first machine.  Its init has a link to the init of each
 * other, where it is a session: a console is a shell that it asks for there, and the
 * master of its terminal goes to the student's lab program, which copies.  So no
 * image needs an sshd, or a key, and what is shown on a console is what the
 * terminal here shows: it is kept, watched and recorded like anything else.  A single
 * command is asked for in the same way, and has pipes.
 *
 * When the lab program is gone, nobody has the master: the kernel hangs up.  A command
 * without a terminal goes on, as one that ssh has started: HANGUP says that nobody waits
 * for its end.
 */
#ifndef ATOLL_INIT_CONSOLES_H
#define ATOLL_INIT_CONSOLES_H

#include <poll.h>

#include "gateway/base/lan.h"
#include "gateway/wire/chan.h"
#include "gateway/wire/msg.h"
#include "sandbox/init/lab_socket.h"

#define CONSOLES_MAX 16

struct machine_link {
	char name[NAME_SIZE];
	uint32_t address[LAN_NETWORKS_MAX], address_count;
	struct chan chan; /* fd -1: it is gone */
};

/* A shell or command on another machine, asked for or running. */
struct console {
	int sock;	 /* to the lab program; -1: free */
	uint32_t serial; /* of its request; and of SPAWN */
	int machine;
	bool runs;
};

struct consoles {
	struct machine_link at[MACHINES_MAX];
	int count;
	struct console console[CONSOLES_MAX];
	void (*dialled)(void *self, struct msg *m);
	void *self;
};

void consoles_init(struct consoles *all);

/* What is to be called when one answers DIAL.  It is not told when a machine ends that
 * has not answered. */
void consoles_hear(struct consoles *all,
    void (*dialled)(void *self, struct msg *m), void *self);

/* The link to the machine of that name; NULL when it is not there. */
const struct chan *consoles_machine(const struct consoles *all,
    const char *name);

/* React to MACHINE: another, or one that was made anew. */
void consoles_add(struct consoles *all, struct lab_socket *lab, struct msg *m);

/* What to poll for, and what came. */
#define CONSOLES_POLL (MACHINES_MAX + CONSOLES_MAX)

void consoles_wants(const struct consoles *all,
    struct pollfd fds[CONSOLES_POLL]);
void consoles_serve(struct consoles *all, struct lab_socket *lab,
    const struct pollfd fds[CONSOLES_POLL]);

/* React to what the student asks. */
void consoles_list(const struct consoles *all, const struct msg_init_plan *plan,
    struct lab_client *c);
void consoles_open(struct consoles *all, const struct msg_init_plan *plan,
    struct lab_client *c);

#endif
