/*
 * hands_query.h - staff ask which hands are up.	Process: monitor.
 *
 * To each belongs the last line of the student's terminal, for which the sandbox's
 * init is asked.  It may have been taken over: it has HANDS_QUERY_MS to answer, once,
 * and without an answer the line is empty.
 */
#ifndef ATOLL_MONITOR_LINKS_HANDS_QUERY_H
#define ATOLL_MONITOR_LINKS_HANDS_QUERY_H

#include "gateway/monitor/links/client.h"

#define HANDS_QUERY_MS 1000

/* ADMIN_HANDS and ADMIN_HAND_DONE. */
void hands_query_begin(struct client *c, struct msg *m);
void hands_query_done(struct client *c, struct msg *m);

/* As terminals_query_expects(). */
bool hands_query_expects(struct seat *s, const struct msg *m);

/* LAST_LINE of a seat's init. */
void hands_query_line(struct seat *s, struct msg *m);

/* Each second: what is answered so far is all. */
void hands_query_tick(struct monitor *m);

#endif
