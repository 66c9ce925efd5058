/*
 * attach.h - a terminal of the sandbox that outlives this connection: taking it
 * over from init, and what the student sees then.
 */
#ifndef ATOLL_SESSION_TERMINAL_ATTACH_H
#define ATOLL_SESSION_TERMINAL_ATTACH_H

#include <stdbool.h>

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

struct channel;

/* What the shell may be answered with: it is the channel's request. */
enum spawn_keep attach_may_keep(const struct channel *c);

/* The ring of SPAWNED_TERMINAL and ATTACHED, for what is read from the pty.
 * False: it is none, and init not ours. */
bool attach_take_ring(struct channel *c, const struct msg *m, struct err *e);

/* ATTACHED: say so and paint the screen as it was. */
void attach_show(struct channel *c, const struct msg *m);

/* TERMINAL_ENDED: paint the last screen, and say how it ended. */
void attach_show_ended(struct channel *c, const struct msg *m);

#endif
