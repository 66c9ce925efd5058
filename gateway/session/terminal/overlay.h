/*
 * overlay.h - lines over the top of a full-screen program, which go again.
 *
 * Printed where the cursor is, a line of ours would stand in the middle of what vim
 * has drawn.  So it is put over the first rows, with the cursor, its colours and
 * charset saved and restored, and again whenever the program has printed.  When its
 * time is over, or a key is typed that long after it came that it was seen, the
 * program is made to draw all of its screen: see notice.h.
 *
 * Pure; milliseconds are of clock_ms().
 */
#ifndef ATOLL_SESSION_TERMINAL_OVERLAY_H
#define ATOLL_SESSION_TERMINAL_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum overlay_state {
	OVERLAY_NONE,
	OVERLAY_DUE,   /* to be written, for the first time or again */
	OVERLAY_SHOWN, /* it stands there */
	OVERLAY_GOING, /* the program was told to draw, and will be once more */
	OVERLAY_STATES
};

/* All zero: none. */
struct overlay {
	enum overlay_state state;
	char *text;	    /* owned; NULL with OVERLAY_NONE */
	int64_t since_ms;   /* of its last text */
	int64_t ends_ms;    /* it goes; with OVERLAY_GOING, that is over */
	int64_t written_ms; /* last; 0: never */
};

/* Show that text, below those that are shown already.  False without memory. */
bool overlay_add(struct overlay *o, const char *text, int64_t now_ms);

/* The program has printed: what stands there may be gone. */
void overlay_printed(struct overlay *o);

/* A key was typed. */
void overlay_typed(struct overlay *o, int64_t now_ms);

/* May it be written now?  is_between: the program is not in the middle of
 * something.  One that stops there is not waited for. */
bool overlay_may_write(const struct overlay *o, bool is_between,
    int64_t now_ms);

/* What writes it on a window of that size, which is the caller's to free; NULL
 * without memory.  It is shown then. */
char *overlay_write(struct overlay *o, unsigned rows, unsigned cols,
    int64_t now_ms, size_t *length);

/* It is to go now: the program has been told, and is told again at the time that
 * overlay_timeout() says. */
void overlay_go(struct overlay *o, int64_t now_ms);

/* Milliseconds until something is to be done; -1: nothing. */
int overlay_timeout(const struct overlay *o, int64_t now_ms);

/* Has it been there for so long that it was read? */
bool overlay_was_read(const struct overlay *o, int64_t now_ms);

void overlay_drop(struct overlay *o);

#endif
