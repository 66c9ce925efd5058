/*
 * reload.h - the configuration is read anew.		Process: monitor.
 *
 * The builder checks it and answers; a good one is in force when a zygote shows
 * its host keys.  The administrator's tools that wait (awaits_load) are told each
 * error, and the end.
 */
#ifndef ATOLL_MONITOR_RELOAD_H
#define ATOLL_MONITOR_RELOAD_H

#include "gateway/monitor/monitor.h"

/* Ask for it; while one load runs its answer is everybody's. */
void reload_begin(struct monitor *m);

/* A zygote has taken over, or ended before it could: see struct routes. */
void reload_zygote_ready(struct monitor *m);
void reload_zygote_failed(struct monitor *m);

#endif
