/*
 * closing_resume.h - what a monitor before this one has begun to collect.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_SEATS_CLOSING_RESUME_H
#define ATOLL_MONITOR_SEATS_CLOSING_RESUME_H

#include "gateway/monitor/monitor.h"

/* Each second; only the first time that it can be done counts.  A sandbox that is still
 * there is collected; without one, atoll-collector may have all of it, or it is lost. */
void closing_resume(struct monitor *m);

#endif
