/*
 * reattach.h - what a session is told that could have a terminal which waits.
 */
#ifndef ATOLL_INIT_REATTACH_H
#define ATOLL_INIT_REATTACH_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/wire/msg.h"
#include "sandbox/init/terminals.h"

/*
 * Give the terminal that was left last to that session, for the shell that it
 * asked for as serial.  False when none waits.  Else out is ATTACHED; or TERMINAL_ENDED, and
 * the terminal is no more.  Its descriptors are closed by reattach_sent().
 */
bool reattach(struct terminals *all, int link, uint32_t serial,
    const struct msg_spawn *ask, struct msg *out);

/* out was sent, or could not be: pty, ring and picture stay the terminal's. */
void reattach_sent(struct msg *out);

#endif
