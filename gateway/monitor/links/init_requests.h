/*
 * init_requests.h - what a sandbox's init passes on: requests of the student's
 * lab program, and the results of checks.		Process: monitor.
 *
 * Init is in the student's sandbox and may have been taken over.  So it can ask
 * for nothing but what is its own seat's, and only so often.
 */
#ifndef ATOLL_MONITOR_LINKS_INIT_REQUESTS_H
#define ATOLL_MONITOR_LINKS_INIT_REQUESTS_H

#include "gateway/monitor/seats/registry.h"
#include "gateway/wire/msg.h"

/* LAB_ASK, CHECKED and PROGRESS of the seat's init.  A request that init may not make
 * ends the link, and with it the sandbox. */
void init_requests_asked(struct seat *s, struct msg *m);
void init_requests_checked(struct seat *s, struct msg *m);
void init_requests_progress(struct seat *s, struct msg *m);

#endif
