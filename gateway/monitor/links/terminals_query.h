/*
 * terminals_query.h - the administrator asks which terminals a seat has.
 *							Process: monitor.
 *
 * The sandbox's init is asked, which may have been taken over: it has
 * TERMINALS_QUERY_MS to answer, may say TERMINAL_ROWS_MAX rows to each question, and what
 * they say is checked for no more than being shown.
 */
#ifndef ATOLL_MONITOR_LINKS_TERMINALS_QUERY_H
#define ATOLL_MONITOR_LINKS_TERMINALS_QUERY_H

#include "gateway/monitor/links/client.h"

#define TERMINALS_QUERY_MS 3000

/* ADMIN_TERMINALS. */
void terminals_query_begin(struct client *c, struct msg *m);

/* Is that a part of an answer which somebody waits for?  Then it costs its init
 * nothing of what it may say. */
bool terminals_query_expects(struct seat *s, const struct msg *m);

/* TERMINAL and TERMINALS_END of a seat's init. */
void terminals_query_row(struct seat *s, struct msg *m);
void terminals_query_end(struct seat *s, struct msg *m);

/* Each second: who has waited too long is told. */
void terminals_query_tick(struct monitor *m);

#endif
