/*
 * seating.h - who gets a seat, and until when.		Process: monitor.
 *
 * A seat is asked for by a connection's first channel.  While a place is free
 * the builder is asked at once; otherwise the seat waits in line.
 */
#ifndef ATOLL_MONITOR_SEATS_SEATING_H
#define ATOLL_MONITOR_SEATS_SEATING_H

#include "gateway/monitor/monitor.h"

/* The connection asks for its account's seat in a lab: SEAT_READY,
 * SEAT_REFUSED or SEAT_WAIT follows. */
void seating_open(struct conn *c, const char *lab);

/* The gateway begins or ends to drain: connections are told, and those that
 * wait for a place are sent away. */
void seating_drain_changed(struct monitor *m);

/* Once a second: ends that have come, linger times and places in line. */
void seating_tick(struct monitor *m);

#endif
