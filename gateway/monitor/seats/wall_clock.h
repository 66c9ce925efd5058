/*
 * wall_clock.h - has this host's clock jumped?		Process: monitor.
 *
 * A lab closes at a time of day, and its sandboxes end with what is in them.  A
 * clock that jumps ahead must not do that before an administrator can have
 * noticed.
 */
#ifndef ATOLL_MONITOR_SEATS_WALL_CLOCK_H
#define ATOLL_MONITOR_SEATS_WALL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define WALL_CLOCK_GRACE_S 600

/* All zero: nobody has looked yet. */
struct wall_clock {
	bool has_begun, has_jumped;
	int64_t wall;	    /* at the last look, seconds since the epoch */
	uint64_t at_ms;	    /* by a clock that only counts */
	uint64_t jumped_ms; /* the last time that it was ahead of that */
};

/* Look, once a second or so: by how many seconds has it jumped ahead since the
 * last look?  0 when it went on as it should, or back. */
int64_t wall_clock_look(struct wall_clock *w, int64_t wall, uint64_t now_ms);

/* For how many seconds more nothing ends because of it; 0: it holds. */
int64_t wall_clock_grace(const struct wall_clock *w, uint64_t now_ms);

#endif
