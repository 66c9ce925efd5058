/*
 * ending.h - a seat ends: left, thrown out, reset.	Process: monitor.
 *
 * When the last connection leaves, the lab's linger time runs, then the sandbox
 * goes.  Its seat stays, in state ending, until the builder has said ENDED: see
 * sandbox_news.h.
 */
#ifndef ATOLL_MONITOR_SEATS_ENDING_H
#define ATOLL_MONITOR_SEATS_ENDING_H

#include "gateway/monitor/monitor.h"

/* Have the builder end the sandbox of a seat that has one, without a notice to
 * its connections. */
void ending_demolish(struct monitor *m, struct seat *s);

/* The connection leaves its seat, if it has one.  A seat that waits for a place
 * is freed with its last connection. */
void ending_leave(struct conn *c);

/* Demolish the seat's sandbox; its connections are told why.  A seat that waits
 * for a place is freed. */
void ending_evict(struct monitor *m, struct seat *s, const char *why);

/* Of registry_ends: the seat was to take a step that its life does not have,
 * which is a defect of the monitor.  Its connections are told so, and its
 * sandbox goes. */
void ending_abort(struct seat *s);

/* The student wants a fresh sandbox: the seat's connections are told, and the
 * sandbox goes.  The next channel gets another. */
void ending_reset(struct seat *s);

#endif
