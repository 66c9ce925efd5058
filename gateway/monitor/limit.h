/*
 * limit.h - how many strangers may be at the door.	Process: monitor.
 *
 * A connection that has not logged in is cheap but not free.  When as many as
 * unauthenticated_max are there, a newcomer takes the place of the oldest of
 * the address that holds most; only a newcomer of that very address is
 * refused.  So a classroom behind one address has all places while nobody else
 * wants them, and a flood from one address keeps nobody else out.
 */
#ifndef ATOLL_MONITOR_LIMIT_H
#define ATOLL_MONITOR_LIMIT_H

#include "gateway/monitor/registry.h"

enum limit_verdict { LIMIT_ADMIT, LIMIT_REPLACE, LIMIT_REFUSE };

/* With LIMIT_REPLACE, *victim is the connection to close. */
enum limit_verdict limit_newcomer(const struct registry *r, int64_t max,
    const struct address *newcomer, struct conn **victim);

/* Connections that have not logged in. */
unsigned limit_unauthenticated(const struct registry *r);

#endif
