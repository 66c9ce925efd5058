/*
 * places.h - the places for sandboxes: of the site, and of each lab.
 *							Process: monitor.
 *
 * A seat whose lab is full waits for one of that lab's places, and lets seats
 * of other labs pass.
 */
#ifndef ATOLL_MONITOR_SEATS_PLACES_H
#define ATOLL_MONITOR_SEATS_PLACES_H

#include "gateway/monitor/monitor.h"

/* Are as many of this lab's sandboxes there as may be? */
bool places_lab_is_full(const struct registry *r, const struct lab *lab);

/* Has the site too few places for a seat of this lab? */
bool places_site_is_full(const struct monitor *m, const struct lab *lab);

/* May one more be built? */
bool places_are_free(const struct monitor *m, const struct lab *lab);

/* Tell each connection that waits its place in line, unless it was told that
 * last.  The place is the one among all seats that wait; where the lab itself is
 * full, the place among those of the lab is told instead. */
void places_tell(const struct monitor *m);

/* Tell connections that have waited for some seconds that the lab's setup
 * runs. */
void places_tell_preparing(const struct seat *s);

#endif
