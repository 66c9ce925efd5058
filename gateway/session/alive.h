/*
 * alive.h - clocks that end a session: login grace, keepalive, watchdog.
 */
#ifndef ATOLL_SESSION_ALIVE_H
#define ATOLL_SESSION_ALIVE_H

#include <stdint.h>

struct session;

/* Times are of now_ms(); 0 is "not running". */
struct alive {
	int64_t grace_ends; /* of the login */
	int64_t heard_at;   /* the client's last byte */
	int64_t asked_at;   /* our last keepalive */
	uint32_t unanswered;
	uint64_t bytes_seen;
	int64_t armed_at; /* the watchdog */
	int64_t flush_ends;
};

void alive_start(struct session *s);

/* Look at the clocks; may end the session. */
void alive_check(struct session *s);

/* Until when the loop may sleep: milliseconds for poll(2), -1 for ever. */
int alive_timeout(const struct session *s);

#endif
