/*
 * second_look.h - what depends on the wall clock is decided twice.
 * *							Process: monitor.
 *
 * A clock may be wrong when a machine starts, and jump later.  Something that
 * is removed because its time is over has to be over at two looks, with some
 * time between them by the monotonic clock.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_SECOND_LOOK_H
#define ATOLL_MONITOR_ACCOUNTS_SECOND_LOOK_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: nobody has looked yet. */
struct second_look {
	bool has_begun;
	int64_t wall;	/* the earliest that was seen since, seconds */
	uint64_t at_ms; /* when it began, by the clock that counts */
};

/* Look: wall is the time in seconds since the epoch.  True when the first look
 * was wait_ms ago; *come is the time that had come at each of them, and the next
 * pair begins.  With a wait of 0 each look counts. */
bool second_look(struct second_look *l, int64_t wall, uint64_t now_ms,
    uint64_t wait_ms, int64_t *come);

#endif
