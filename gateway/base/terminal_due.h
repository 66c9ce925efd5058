/*
 * terminal_due.h - when the picture of a terminal is to be made anew.
 *
 * A ring keeps the last of what was printed.  What was printed before, and still
 * stands on a screen, is in the last picture that was made: so the next one is due
 * before the ring has lost anything since.  That is when half of it was written,
 * and when the alternate screen is entered: what stands on the primary one then is
 * not drawn anew by anybody.  A program that prints without end has one a second
 * for either reason, and not more.
 *
 * Pure.  Whoever writes the ring has one of these.
 */
#ifndef ATOLL_BASE_TERMINAL_DUE_H
#define ATOLL_BASE_TERMINAL_DUE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/terminal_ring.h"

#define TERMINAL_DUE_BYTES (TERMINAL_RING_BYTES / 2)
#define TERMINAL_DUE_MS	   1000

struct terminal_due {
	uint64_t position; /* of the last picture */
	bool is_alternate; /* as the ring was when it was looked at last */
	bool is_entered;   /* the alternate screen, since the last picture */
	/* Was it ever due, for either reason, and when last? */
	bool was_half, was_entered;
	int64_t half_ms, entered_ms;
};

/* The last picture is as the ring was at that position; the ring is r now. */
void terminal_due_begin(struct terminal_due *d, const struct terminal_ring *r,
    uint64_t position);

/* After something was appended: true when it may be time.  Takes no time. */
bool terminal_due_look(struct terminal_due *d, const struct terminal_ring *r);

/* Then: true when it is due, which it is not again until the next time. */
bool terminal_due_take(struct terminal_due *d, const struct terminal_ring *r,
    int64_t now_ms);

#endif
