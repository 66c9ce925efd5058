/*
 * alive.h - clocks that end a session: login grace, keepalive, idle limit,
 * watchdog.
 */
#ifndef ATOLL_SESSION_TRANSPORT_ALIVE_H
#define ATOLL_SESSION_TRANSPORT_ALIVE_H

#include <stdint.h>

struct session;

/* Times are of now_ms(); 0 is "not running". */
struct alive {
	int64_t grace_ends; /* of the login */
	int64_t begin_ends; /* of what no person does: to begin it */
	int64_t heard_at;   /* the client's last byte */
	int64_t asked_at;   /* our last keepalive */
	uint32_t unanswered;
	uint64_t bytes_seen;
	int64_t armed_at; /* the watchdog */
	int64_t flush_ends;
	int64_t typed_at;  /* the client's last byte on any channel */
	int64_t idle_ms;   /* how long it may send none; 0: for ever */
	int64_t left_told; /* seconds left when it was told last */
};

void alive_start(struct session *s);

/* The lab's idle_limit holds from now on; 0 is none. */
void alive_limit_idle(struct session *s, uint32_t seconds);

/* The client sent something on a channel. */
void alive_typed(struct session *s);

/* Look at the clocks; may end the session. */
void alive_check(struct session *s);

/* Until when the loop may sleep: milliseconds for poll(2), -1 for ever. */
int alive_timeout(const struct session *s);

#endif
