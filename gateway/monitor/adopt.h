/*
 * adopt.h - what a monitor that crashed has left.		Process: monitor.
 *
 * Its connections are gone.  Sandboxes live on, and the builder knows what they
 * are: each is a seat again that waits for its student, as after a cut cable.
 */
#ifndef ATOLL_MONITOR_ADOPT_H
#define ATOLL_MONITOR_ADOPT_H

#include "gateway/monitor/monitor.h"

/* Seconds that one is kept whose lab lets none linger: for a crash is no fault of
 * its student's. */
#define ADOPTED_SECONDS 60

/* Ask the builder, as root and before there is a loop to serve; blocks.  m->config
 * is the configuration that is in force, as of that file, or NULL when there is
 * none yet.  builder stays the caller's, and is non-blocking then. */
int adopt(struct monitor *m, const char *file, int builder, struct err *e);

/* The loop serves: what nobody can come back to ends, and a zygote starts. */
void adopt_settle(struct monitor *m);

#endif
