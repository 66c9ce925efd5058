/*
 * staff_notice.h - a line to those who are staff of a lab.	Process: monitor.
 */
#ifndef ATOLL_MONITOR_SEATS_STAFF_NOTICE_H
#define ATOLL_MONITOR_SEATS_STAFF_NOTICE_H

#include "gateway/monitor/monitor.h"

/* Staff who have a terminal here, of whatever lab or of a command of theirs that
 * runs, such as watch; but not the account that it is about. */
void staff_notice(struct monitor *m, const char *lab, const char *about,
    const char *text);

#endif
