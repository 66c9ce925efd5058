/*
 * places.h - the places for sandboxes: of the site, and of each lab.
 *						Process: monitor.
 *
 * Whose lab is full waits for one of its places, and lets others pass.
 */
#ifndef ATOLL_MONITOR_SEATS_PLACES_H
#define ATOLL_MONITOR_SEATS_PLACES_H

#include "gateway/monitor/monitor.h"

/* Are as many of this lab's sandboxes there as may be? */
bool places_lab_is_full(const struct registry *r, const struct lab *lab);

/* May one more be built? */
bool places_are_free(const struct monitor *m, const struct lab *lab);

/* Tell who waits the place in line, unless it is the one told last.  The place
 * is that among all who wait; in a lab that is full another counts. */
void places_tell(struct conn *c, unsigned place);

/* Tell who has waited for some seconds that the lab's setup is at work. */
void places_tell_preparing(const struct seat *s);

#endif
