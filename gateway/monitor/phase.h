/*
 * phase.h - the life of the whole: ready, serving, stopping.	Process: monitor.
 *
 * Nobody tells it: at each turn of the loop, before that waits, it looks whether
 * all is there that serving needs, whether something indispensable failed (see
 * monitor_fail()), and whether all has ended that a stop waits for.
 */
#ifndef ATOLL_MONITOR_PHASE_H
#define ATOLL_MONITOR_PHASE_H

#include "gateway/monitor/monitor.h"

/* Look from now on. */
void phase_open(struct monitor *m);

/* End: nothing new, everybody told, everything demolished, then the loop
 * stops with this exit status.  The second call does not wait. */
void phase_stop(struct monitor *m, int exit_status, const char *why);

#endif
