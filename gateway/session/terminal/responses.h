/*
 * responses.h - how fast the gateway is for this client, as metrics want it.
 *
 * What is counted costs a look at the clock where there is something to count; the
 * monitor is told once a minute at most, after what was printed has gone out, and at
 * the end.
 */
#ifndef ATOLL_SESSION_TERMINAL_RESPONSES_H
#define ATOLL_SESSION_TERMINAL_RESPONSES_H

#include <stdbool.h>

#include "gateway/session/session.h"

/* A seat is asked for: the first word of a terminal is waited for. */
void responses_seat_asked(struct session *s);

/* What was asked for has no terminal, and may never say anything. */
void responses_no_terminal(struct session *s);

/* A terminal prints something. */
void responses_printed(struct session *s);

/* Tell the monitor what is new, if it is time; at the end it is. */
void responses_tell(struct session *s, bool is_end);

#endif
