/*
 * incoming.h - what the monitor and init say, and whom each message is for.
 *
 * This stands above all that a message may be for.  What stands below and must
 * hear an answer calls session_read_monitor() or session_read_init(), which
 * come here.
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
