/*
 * obstacle.h - what cannot be handed over to another build. 	Process: monitor.
 */
#ifndef ATOLL_MONITOR_UPGRADE_OBSTACLE_H
#define ATOLL_MONITOR_UPGRADE_OBSTACLE_H

#include "gateway/monitor/monitor.h"

/* What is under way and would be lost in an exec, for an administrator; NULL:
 * nothing is. */
const char *obstacle_find(const struct monitor *m);

/* The same of what takes seconds or minutes, and nobody is to wait for the end of;
 * it is looked for before all else is. */
const char *obstacle_find_long(const struct monitor *m);

#endif
