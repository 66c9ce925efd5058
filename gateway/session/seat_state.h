/*
 * seat_state.h - how far this connection's seat is.
 */
#ifndef ATOLL_SESSION_SEAT_STATE_H
#define ATOLL_SESSION_SEAT_STATE_H

#include "gateway/session/session.h"

/* The only place where the seat's state changes.  A step that the table does
 * not have ends the connection. */
void seat_step(struct session *s, enum seat_state next);

#endif
