/*
 * attach.h - a terminal of the sandbox that outlives this connection: taking it
 * over from init, and what the student sees then.
 */
#ifndef ATOLL_SESSION_TERMINAL_ATTACH_H
#define ATOLL_SESSION_TERMINAL_ATTACH_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

struct channel;

/* What the shell may be answered with: it is the channel's request. */
enum spawn_keep attach_may_keep(const struct channel *c);

/* The terminal of SPAWNED_TERMINAL and ATTACHED: its number, and its ring for what
 * is read from the pty.  False: that is none, and init not ours. */
bool attach_take(struct channel *c, const struct msg *m, struct err *e);

/* What its program printed goes into the ring; init is told when it should look
 * at that.  Nothing happens when the terminal is not kept. */
void attach_record(struct channel *c, const char *bytes, size_t n);

/* ATTACHED, when the channel runs: paint the screen as it was, and say so in a note
 * over it, see note.h. */
void attach_show(struct channel *c, const struct msg *m);

/* Before the program's output: a note over the picture goes if it is time, or if
 * there is output; then the program is to draw anew. */
void attach_check_note(struct channel *c);

/* SPAWNED_TERMINAL, where the student has left another one for it. */
void attach_show_new(struct channel *c);

/* TERMINAL_ENDED: paint the last screen, and say how it ended. */
void attach_show_ended(struct channel *c, const struct msg *m);

/* Tell its program to draw all of its screen; one that takes no notice of
 * SIGWINCH does not. */
void attach_draw_anew(const struct channel *c);

#endif
