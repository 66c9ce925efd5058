/*
 * idle.h - since when nobody types in a seat.		Process: monitor.
 *
 * Keys do not pass the monitor, so it asks the sessions (IDLE_GET): when somebody wants
 * to know, and not before.  A session of a build that does not know the question never
 * answers.
 */
#ifndef ATOLL_MONITOR_SEATS_IDLE_H
#define ATOLL_MONITOR_SEATS_IDLE_H

#include "gateway/monitor/monitor.h"

#define IDLE_ASKS 64 /* at once */

/* IDLE_GET to the session of a connection that is seated. */
void idle_ask(struct conn *c);

/* To IDLE_ASKS of all of them, those whose turn it is.  The answers come later. */
void idle_ask_some(struct monitor *m);

/* IDLE: so many milliseconds ago the client sent something.  False: nobody asked, or it
 * is too late. */
bool idle_told(struct conn *c, uint64_t ms);

/* The seconds that nobody has typed, as was last told; false: it is not known. */
bool idle_of(const struct seat *s, uint64_t *seconds);

#endif
