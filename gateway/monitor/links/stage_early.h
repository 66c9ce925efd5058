/*
 * stage_early.h - 'lab stage' before its terminal is known.	Process: monitor.
 *
 * As the command of an ssh it asks at once, by init; which terminal it stands on the
 * session says, which may come to that later.
 */
#ifndef ATOLL_MONITOR_LINKS_STAGE_EARLY_H
#define ATOLL_MONITOR_LINKS_STAGE_EARLY_H

#include "gateway/monitor/monitor.h"

/* STAGE on a terminal that nobody knows.  False: one of that seat waits already, or none may
 * any more, or there is no memory. */
bool stage_early_keep(const struct seat *s, const struct msg *m);

/* One that need not wait any more, since its terminal is known, or some seconds are over, or
 * is_end: none will come.  NULL: there is none; else the seat, which waits no longer. */
struct seat *stage_early_take(struct monitor *m, bool is_end,
    struct msg *asked);

#endif
