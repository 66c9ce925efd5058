/*
 * report.h - all metrics as they are now.		Process: monitor.
 *
 * What was counted, and what can be read off: states of connections and seats, what
 * sandboxes use, as the builder said last.
 */
#ifndef ATOLL_MONITOR_METRICS_REPORT_H
#define ATOLL_MONITOR_METRICS_REPORT_H

#include "gateway/monitor/monitor.h"

/* METRIC rows, and METRICS_END with that serial. */
void report_send(struct monitor *m, struct link *to, uint32_t serial);

#endif
