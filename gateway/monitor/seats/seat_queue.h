/*
 * seat_queue.h - the seats that wait for a place, oldest first.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_SEATS_SEAT_QUEUE_H
#define ATOLL_MONITOR_SEATS_SEAT_QUEUE_H

#include "gateway/monitor/monitor.h"

/* Give free places to who waits longest: the builder is asked for their
 * sandboxes.  Seats whose lab has closed are freed, and told. */
void seat_queue_advance(struct monitor *m);

/* Everybody on the seat hears the reason and is free to ask again.  The caller
 * frees the seat. */
void seat_queue_turn_away(struct seat *s, const char *reason);

#endif
