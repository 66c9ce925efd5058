/*
 * reattach.h - what a session is told that could have a terminal which waits.
 */
#ifndef ATOLL_INIT_REATTACH_H
#define ATOLL_INIT_REATTACH_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/wire/msg.h"
#include "sandbox/init/terminals.h"

/* Who asks for it: a session's link, and the agent that its client lends; "" is
 * none. */
struct reattach_to {
	int link;
	uint32_t serial;
	const char *agent;
};

/*
 * Give the terminal that ask means, of those that wait, to that session for its
 * shell.  False when there is none such.  Else out is ATTACHED; or TERMINAL_ENDED,
 * and the terminal is no more.  Its descriptors are closed by reattach_sent().
 */
bool reattach(struct terminals *all, const struct reattach_to *to,
    const struct msg_spawn *ask, struct msg *out);

/* out was sent, or could not be: pty, ring and picture stay the terminal's. */
void reattach_sent(struct msg *out);

#endif
