/*
 * echo.h - how long a key takes from the client's packet to what the program made
 * of it: the gateway's own part of what a person feels.
 *
 * A key is a few bytes at a terminal; the answer is the next thing that its program
 * prints.  Nothing is added to the way but a look at the clock.
 */
#ifndef ATOLL_SESSION_TERMINAL_ECHO_H
#define ATOLL_SESSION_TERMINAL_ECHO_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/wire/metrics.h"

#define ECHOES_MAX 15

/* Of the last keys of a connection, and of all since the monitor was told. */
struct echoes {
	int64_t
	    typed_us; /* of the key that waits for its answer; 0: none does */
	uint32_t us[ECHOES_MAX];
	unsigned count, next;
	uint64_t untold[METRIC_SUM + 1]; /* as of metrics.h */
};

/* So many bytes were typed at a terminal; and it printed something. */
void echo_typed(struct echoes *e, size_t bytes, int64_t now_us);
void echo_shown(struct echoes *e, int64_t now_us);

/* The median of those that are known; 0 when none is. */
uint32_t echo_median(const struct echoes *e);

#endif
