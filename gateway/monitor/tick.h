/*
 * tick.h - what the monitor looks at once a second.	Process: monitor.
 */
#ifndef ATOLL_MONITOR_TICK_H
#define ATOLL_MONITOR_TICK_H

#include "gateway/monitor/monitor.h"

/* A timer's callback; its data is the monitor. */
void monitor_tick(uv_timer_t *handle);

#endif
