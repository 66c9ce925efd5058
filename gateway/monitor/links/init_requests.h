/*
 * init_requests.h - what a sandbox's init passes on: the wishes of the student's lab
 * program, and the results of checks.			Process: monitor.
 *
 * Init is in the student's sandbox and may be somebody else by now.  So it can
 * ask for nothing but what is its own seat's, and only so often.
 */
#ifndef ATOLL_MONITOR_LINKS_INIT_REQUESTS_H
#define ATOLL_MONITOR_LINKS_INIT_REQUESTS_H

#include "gateway/monitor/seats/registry.h"
#include "gateway/wire/msg.h"

/* Its sandbox is ready: from now on init may speak. */
void wish_begin(struct seat *s);

/* A message of the seat's init.  What is out of order, or too much, ends the
 * link, and with it the sandbox. */
void wish_on_init(struct seat *s, struct msg *m);

#endif
