/*
 * seating.h - who gets a sandbox, when, and until when.	Process: monitor.
 *
 * A seat is asked for by a connection's first channel.  While a place is free
 * the builder is asked at once; otherwise the seat waits in line.  When the
 * last connection leaves, the lab's linger time runs, then the sandbox goes.
 */
#ifndef ATOLL_MONITOR_SEATS_SEATING_H
#define ATOLL_MONITOR_SEATS_SEATING_H

#include "gateway/monitor/monitor.h"

/* The connection asks for its account's seat in a lab: SEAT_READY,
 * SEAT_REFUSED or SEAT_WAIT follows. */
void seating_open(struct conn *c, const char *lab);

/* The connection ends. */
void seating_leave(struct conn *c);

/* The builder's words. */
void seating_built(struct monitor *m, const struct msg_built *built,
    int init_fd);
void seating_build_failed(struct monitor *m, uint32_t sandbox,
    const char *reason, bool by_setup);
void seating_limit_hit(struct monitor *m, uint32_t sandbox, uint32_t limit);
void seating_ended(struct monitor *m, const struct msg_ended *ended);

/* Init's link is gone, and with it the sandbox: for route/. */
void seating_init_closed(void *self, const char *why);

/* Demolish the seat's sandbox; who sits there is told why. */
void seating_end(struct monitor *m, struct seat *s, const char *why);

/* Of registry_ends: it was to take a step that there is not.  Who sits there is
 * told so, and its sandbox goes. */
void seating_abort(struct seat *s);

/* Its student wants a fresh one: who sits there is told, and the sandbox goes.
 * The next channel gets another. */
void seating_reset(struct seat *s);

/* Once a second: linger times and places in line. */
void seating_tick(struct monitor *m);

#endif
