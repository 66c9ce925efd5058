/*
 * answer.h - what a session process may say, and the answer.
 *						Process: monitor.
 *
 * Session processes speak to strangers and may have been taken over: the table
 * in answer.c says what each may ask in which state of its connection; what is
 * absent there ends it.
 */
#ifndef ATOLL_MONITOR_LINKS_ANSWER_H
#define ATOLL_MONITOR_LINKS_ANSWER_H

#include "gateway/monitor/monitor.h"

/* Take over a new connection's link; from here on it answers by itself.
 * -1 closes fd. */
int answer_open(struct monitor *m, struct conn *c, int fd, struct err *e);

/* Tell the student, let the session hang up. */
void answer_goodbye(struct conn *c, const char *text);

#define ANSWER_MISTAKE                                                         \
	"the gateway made a mistake; please log in again, and tell those"      \
	" who run it"

/* Of registry_ends: it was to take a step that there is not. */
void answer_abort(struct conn *c);

/* A line for the student's terminal. */
void answer_notice(struct conn *c, const char *text);

#endif
