/*
 * alive.h - clocks that end a session: login grace, keepalive, idle limit,
 * watchdog.
 */
#ifndef ATOLL_SESSION_TRANSPORT_ALIVE_H
#define ATOLL_SESSION_TRANSPORT_ALIVE_H

#include <stdint.h>

struct session;

void alive_start(struct session *s);

/* The lab's idle_limit holds from now on; 0 is none. */
void alive_limit_idle(struct session *s, uint32_t seconds);

/* The monitor asks as serial whether the client is there: ALIVE as soon as it has
 * said anything, or the session's end. */
void alive_probe(struct session *s, uint32_t serial);

/* The client sent something on a channel. */
void alive_typed(struct session *s);

/* The monitor asks as serial when that was last. */
void alive_tell_idle(struct session *s, uint32_t serial);

/* Look at the clocks; may end the session. */
void alive_check(struct session *s);

/* Until when the loop may sleep: milliseconds for poll(2), -1 for ever. */
int alive_timeout(const struct session *s);

#endif
