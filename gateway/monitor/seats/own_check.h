/*
 * own_check.h - the lab's check that runs by itself, as its check_every says.
 *							Process: monitor.
 *
 * It is the monitor that has them run, and not each sandbox: so a full room costs
 * no more than a few at a time, and what is due longest comes first.  A sandbox that
 * nobody is in has none.  Init knows whether its student has done anything.
 */
#ifndef ATOLL_MONITOR_SEATS_OWN_CHECK_H
#define ATOLL_MONITOR_SEATS_OWN_CHECK_H

#include "gateway/monitor/monitor.h"

/* Each second. */
void own_check_tick(struct monitor *m);

/* CHECK_STATE of a seat's init. */
void own_check_state(struct seat *s, const struct msg *m);

/* How many there may be at a time. */
unsigned own_check_at_once(void);

/* Have one run now, whatever check_every says; false: there is none, or it cannot be
 * had from this sandbox. */
bool own_check_now(struct seat *s);

/* Does one run?  Not for longer than it may. */
bool own_check_is_under_way(struct seat *s);

/* The one that was under way has ended. */
void own_check_ended(struct seat *s);

#endif
