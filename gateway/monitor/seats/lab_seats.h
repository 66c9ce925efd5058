/*
 * lab_seats.h - how many seats each lab has.	Process: monitor.
 *
 * Counted as they come and go: with a thousand of them, a look at all for each
 * one that waits would be a million.
 */
#ifndef ATOLL_MONITOR_SEATS_LAB_SEATS_H
#define ATOLL_MONITOR_SEATS_LAB_SEATS_H

#include <stdbool.h>
#include <sys/queue.h>

#include "gateway/base/name.h"

/* Of one lab; it is there as long as one of its seats is. */
struct lab_seats {
	LIST_ENTRY(lab_seats) next;
	char lab[NAME_SIZE];
	unsigned count;	  /* of its seats; */
	unsigned running; /* places of those but the queued */
	unsigned told;	  /* of those that wait, see places_tell() */
};

LIST_HEAD(labs_seats, lab_seats);

/* NULL: that lab has no seat. */
struct lab_seats *lab_seats_find(const struct labs_seats *all, const char *lab);

/* One more; NULL without memory. */
struct lab_seats *lab_seats_join(struct labs_seats *all, const char *lab);

/* One less, that occupies no place. */
void lab_seats_leave(struct lab_seats *l);

#endif
