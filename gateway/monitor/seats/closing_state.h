/*
 * closing_state.h - how far the collecting of a seat's work is, and who waits for an
 * answer about it.					Process: monitor.
 */
#ifndef ATOLL_MONITOR_SEATS_CLOSING_STATE_H
#define ATOLL_MONITOR_SEATS_CLOSING_STATE_H

#include "gateway/monitor/monitor.h"

/* A step that its life does not have is a defect, and is not taken. */
void closing_step(struct seat *s, enum closing_state next);

/* How far it is, for people. */
void closing_text(const struct seat *s, char text[TEXT_SIZE]);

/* What a request for a seat is answered with, which may be gone by then: by free(3), or
 * by closing_answered().  NULL without memory. */
struct closing_call *closing_call(const struct seat *s);

/* Its seat, if that is still where it asked; the call is over then. */
struct seat *closing_answered(struct closing_call *c, enum closing_state asked);

/* Of a request whose other end is gone. */
#define CLOSING_LOST "a program of the gateway has ended"

#endif
