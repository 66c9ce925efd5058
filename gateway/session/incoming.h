/*
 * incoming.h - messages from the monitor and from init, and which part each is
 * for.
 *
 * This file is above all parts that a message may be for.  A part below that
 * must wait for an answer calls session_read_monitor() or session_read_init(),
 * which lead here.
 */
#ifndef ATOLL_SESSION_INCOMING_H
#define ATOLL_SESSION_INCOMING_H

struct session;

/* Handle all that the monitor said.  Stops behind the answer to a login, which
 * is to be acted on first. */
void incoming_from_monitor(struct session *s);

/* Handle all that init said, or that it is gone. */
void incoming_from_init(struct session *s);

#endif
