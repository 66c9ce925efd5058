/*
 * self_export.h - a student exports what they changed.		Process: monitor.
 *
 * The descriptor is handed on to the builder: no byte of the archive passes through
 * the monitor, or through init.
 */
#ifndef ATOLL_MONITOR_LINKS_SELF_EXPORT_H
#define ATOLL_MONITOR_LINKS_SELF_EXPORT_H

#include "gateway/monitor/monitor.h"

/* The message of that name. */
void self_export(struct seat *s, struct msg *m);

/* They are not to keep another build from taking over: all end. */
void self_export_stop_all(struct monitor *m);

#endif
