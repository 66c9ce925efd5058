/*
 * seat.h - a seat for this connection: which lab, and is there room?
 *
 * Nothing is asked before a channel is open, or wants to be forwarded.  The
 * monitor's answers arrive through the loop, except for seat_take_now().
 */
#ifndef ATOLL_SESSION_SEAT_H
#define ATOLL_SESSION_SEAT_H

#include <stdbool.h>

#include "gateway/wire/msg.h"

struct session;

/* Take the next step for channels that wait for a seat. */
void seat_advance(struct session *s);

/*
 * Take a seat and wait for it, at most some seconds: from inside a callback,
 * for a client that has asked for forwarding and for no process.  False when it
 * would have to choose a lab or stand in the queue.
 */
bool seat_take_now(struct session *s);

/* LAB, LABS_END, SEAT_WAIT, SEAT_READY or SEAT_REFUSED. */
void seat_on_message(struct session *s, struct msg *m);

/* The sandbox is gone; the next channel may ask for another. */
void seat_lost(struct session *s);

#endif
