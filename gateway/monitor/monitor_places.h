/*
 * monitor_places.h - the files that a monitor that serves can open.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_MONITOR_PLACES_H
#define ATOLL_MONITOR_MONITOR_PLACES_H

#include <stddef.h>

#include "gateway/base/landlock.h"

#define MONITOR_PLACES_MAX 32

struct monitor_places {
	struct landlock_place at[MONITOR_PLACES_MAX]; /* owned */
	size_t count;
};

/* As whoever it is then.  What is not there is left out.  The time zone is read, and
 * holds from then on where it is a file of its own.  -1: close them all the same. */
int monitor_places_open(struct monitor_places *p, const char *program,
    int state_dir, struct err *e);
void monitor_places_close(struct monitor_places *p);

/* In the build that takes over: -1 when the time zone is another file since, which
 * it cannot read. */
int monitor_places_check(struct err *e);

#endif
