/*
 * pump.h - bytes between a channel and the descriptors of its process, or its
 * socket.
 *
 * Back-pressure both ways: nothing is read that could not go on at once, except
 * for one chunk that is kept as a tail when libssh changes its mind.
 */
#ifndef ATOLL_SESSION_TERMINAL_PUMP_H
#define ATOLL_SESSION_TERMINAL_PUMP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;
struct channel;

/* The usual largest packet, less what libssh keeps of it for a header: a read
 * of this size becomes one packet, not one and a crumb. */
#define CHUNK_SIZE (32768 - 10)

/* Bytes are read this far into the buffer, as far as SSH_MSG_CHANNEL_DATA has
 * them (RFC 4254, section 5.2).  libssh copies them to there, and on AMD's
 * processors a copy to 1 to 15 bytes further, modulo the page, takes fifteen
 * times as long (glibc bug 30994).  All buffers begin at multiples of 16. */
#define CHUNK_LEAD 9

#define PUMP_FDS 4 /* the most that a channel waits for */

/* The sooner of two timeouts of poll(2), of which -1 is never. */
static inline int
poll_sooner(int a, int b)
{
	if (a == -1 || b == -1)
		return a == -1 ? b : a;
	return a < b ? a : b;
}

/* What to wait for; returns how many were filled in. */
unsigned pump_wants(const struct channel *c, struct pollfd *fds);

/* Move what can be moved, in all channels. */
void pump_all(struct session *s);

/* In libssh's callback: take input, as much as goes on at once; libssh keeps
 * the rest.  Returns how much was taken. */
size_t pump_take(struct channel *c, const void *bytes, size_t length);

/* Before libssh sees it: take a packet's bytes, all of them, if they can go on at
 * once.  False: nothing was done, and they are libssh's. */
bool pump_take_past(struct channel *c, const void *bytes, size_t length);

/* The client closed the channel of a socket that has not taken all yet. */
bool pump_owes_input(const struct channel *c);

/* The process ended, and all that it wrote is on its way, as far as pump_all()
 * has seen.  Changes nothing. */
bool pump_is_drained(const struct channel *c);

/* How long an ended pty must be watched still: milliseconds, -1 for none. */
int pump_timeout(const struct session *s);

#endif
