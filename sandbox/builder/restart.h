/*
 * restart.h - how long until a program that was lost is started anew.  Pure.
 *
 * A tenth of a second, then twice as long and so on, to half a minute; from the
 * beginning when it has lived for a minute.
 */
#ifndef ATOLL_BUILDER_RESTART_H
#define ATOLL_BUILDER_RESTART_H

#include <stdint.h>

/* Zeroed, it was never started. */
struct restart {
	int pause_ms;	    /* the last one; 0: none yet */
	int64_t started_ms; /* clock_ms() of the last start */
};

/* It is lost, or could not be started: so many milliseconds. */
int restart_pause(struct restart *r, int64_t now_ms);

#endif
