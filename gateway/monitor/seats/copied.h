/*
 * copied.h - secrets of one seat that another hands in.	Process: monitor.
 *
 * A check names words that are its seat's, and words that were handed in and are
 * not.  Of each the seat has a digest in atoll.db, keyed with the site's secret
 * and for one lab, so that nobody reads a flag there.  A word is looked for by its
 * digest: it does not matter how a lab makes its flags, how many seats there are,
 * or whose check came first.
 */
#ifndef ATOLL_MONITOR_SEATS_COPIED_H
#define ATOLL_MONITOR_SEATS_COPIED_H

#include "gateway/monitor/monitor.h"

/* A new seat, or one of the monitor before. */
void copied_fill(struct seat *s);

/* What a check of this seat named.  False when no check can name that. */
bool copied_take(struct seat *s, const struct msg_checked *m);

#endif
