/*
 * tap.h - a copy of what a terminal shows, for a recording and for watchers.
 *
 * What is printed is collected for 20 ms or 16 KiB and written to the tap's socket
 * as frames (gateway/base/tap.h).  Nothing ever waits for that socket: what it does
 * not take is dropped and counted.  A terminal without a tap costs nothing.
 */
#ifndef ATOLL_SESSION_TERMINAL_TAP_H
#define ATOLL_SESSION_TERMINAL_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/tap.h"

#define TAP_EARLIER_BYTES (128u << 10) /* that are kept for a tap to come */

/*
 * There is no tap; the monitor was asked for one, and nothing is to be printed
 * before its answer; there is one; its other end is gone, and what would be copied
 * is counted until there is another.
 */
enum tap_state { UNTAPPED, TAP_AWAITED, TAPPED, TAP_BROKEN, TAP_STATES };

struct tap {
	enum tap_state state; /* tap_step() alone writes it */
	int fd;		      /* owned; while it is tapped */
	uint32_t told;	      /* the serial that the monitor knows it by; 0 */
	int64_t ends_ms;      /* clock_ms() when it is awaited no longer */
	struct tap_packet *packet; /* owned; NULL while untapped */
	int64_t due_ms;		   /* when that goes; 0: it is empty */
	uint64_t collected;	   /* bytes of output in it */
	uint64_t lost;		   /* before it */
	bool is_size_due;	   /* the size was lost, too */
	unsigned rows, cols;
	uint8_t *earlier;     /* owned; a ring, or NULL: nothing is kept */
	uint64_t earlier_end; /* bytes ever put there */
	bool is_kept; /* for taps that come later, not the first alone */
};

/* Begin to keep what is printed; awaits: a tap is to come now.  Without memory
 * nothing is kept. */
void tap_begin(struct tap *t, bool awaits, bool is_kept);

/* Here it is: fd is the tap's.  What was printed while it was awaited goes there,
 * or with wants_earlier what is kept.  False without memory. */
bool tap_open(struct tap *t, int fd, bool wants_earlier);

/* What was printed before that tap, where another has kept it. */
void tap_give_earlier(struct tap *t, const uint8_t *bytes, size_t n);

/* There will be none. */
void tap_give_up(struct tap *t);

/* The program printed this; the window has another size. */
void tap_copy(struct tap *t, const void *bytes, size_t n);
void tap_resize(struct tap *t, unsigned rows, unsigned cols);

/* Nothing more will be printed. */
void tap_close(struct tap *t, uint32_t status, uint32_t signal);

/* What is due is sent; how long until then: milliseconds, -1 for none. */
void tap_turn(struct tap *t);
int tap_timeout(const struct tap *t);

#endif
