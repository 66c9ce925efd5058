/* answer.h - what the monitor tells a session by itself.	Process: monitor. */
#ifndef ATOLL_MONITOR_LINKS_ANSWER_H
#define ATOLL_MONITOR_LINKS_ANSWER_H

#include "gateway/monitor/monitor.h"

/* Tell the student, let the session hang up. */
void answer_goodbye(struct conn *c, const char *text);

#define ANSWER_MISTAKE                                                         \
	"the gateway made a mistake and ends this connection: log in again,"   \
	" and tell the administrator"

/* Of registry_ends: the connection was to take a step that its life does not
 * have, which is a defect of the monitor. */
void answer_abort(struct conn *c);

/* A line for the student's terminal. */
void answer_notice(struct conn *c, const char *text);

/* The same, from one person to another: not onto the stderr of a command. */
void answer_words(struct conn *c, const char *text);

/* The sandbox stands still, or goes on: a session starts nothing in it meanwhile. */
void answer_frozen(struct conn *c, bool is_frozen, const char *text);

#endif
