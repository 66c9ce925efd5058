/*
 * refusal.h - turning a client away before its session, and saying why.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_ADMISSION_REFUSAL_H
#define ATOLL_MONITOR_ADMISSION_REFUSAL_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/base/address.h"
#include "gateway/wire/metrics.h"

#define REFUSAL_SIZE 512

#define REFUSALS_KEPT 64

/* A client that is still writing would be reset by a close, and never read
 * why: the last sockets are kept for a second or two. */
struct kept {
	int fd; /* owned */
	uint64_t since_ms;
};

struct refusals {
	uint64_t second;
	unsigned logged, silent; /* in that second; silent since the last sum */
	uint64_t count[REFUSED_REASONS]; /* ever, for metrics */
	struct kept kept[REFUSALS_KEPT]; /* a ring */
	unsigned next;
};

void refusals_init(struct refusals *r);

/*
 * What a client is sent: a line that people and old clients can read (RFC 4253
 * section 4.2), then our identification and SSH_MSG_DISCONNECT, whose text
 * OpenSSH and others show.  Returns its length.
 */
size_t refusal_write(uint8_t to[REFUSAL_SIZE], const char *reason);

/* Send it, log it, count it; the caller may close its socket.  Never blocks.  In a flood
 * only the first of each second are logged one by one. */
void refusal_send(struct refusals *r, int client, const struct address *peer,
    enum refused_for what, const char *reason, uint64_t now_ms);

/* Once a second: say how many were not logged, let sockets go. */
void refusals_tick(struct refusals *r, uint64_t now_ms);

#endif
