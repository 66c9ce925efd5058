/*
 * refusal.c - turning a client away before its session, and saying why.
 *
 * The monitor writes these few bytes itself: a session process for each client
 * of a flood would be what the refusal is to spare.
 */
#include "gateway/monitor/admission/refusal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/log.h"
#include "gateway/base/scope.h"

#define LOGGED_MAX     20 /* lines a second */
#define KEPT_MS	       1000
#define REASON_MAX     300
#define SSH_DISCONNECT 1
#define TOO_MANY       12 /* SSH_DISCONNECT_TOO_MANY_CONNECTIONS */
#define BLOCK	       8  /* packets are multiples of it, RFC 4253 section 6 */
#define PADDING_MIN    4
#define IDENTIFICATION "SSH-2.0-atoll\r\n"

static size_t
put_u32(uint8_t *to, size_t at, size_t value)
{
	uint32_t n = htonl((uint32_t)value);

	memcpy(to + at, &n, sizeof(n));
	return at + sizeof(n);
}

/* SSH_MSG_DISCONNECT (RFC 4253 section 11.1) in a packet without encryption,
 * since no keys were exchanged (section 6). */
static size_t
write_disconnect(uint8_t *to, const char *reason, size_t length)
{
	size_t at = 5; /* packet length and padding length */
	size_t padding;

	to[at++] = SSH_DISCONNECT;
	at = put_u32(to, at, TOO_MANY);
	at = put_u32(to, at, length);
	memcpy(to + at, reason, length);
	at = put_u32(to, at + length, 0); /* no language */
	padding = PADDING_MIN + BLOCK - 1 - (at + PADDING_MIN - 1) % BLOCK;
	memset(to + at, 0, padding);
	to[4] = (uint8_t)padding;
	put_u32(to, 0, at + padding - 4);
	return at + padding;
}

size_t
refusal_write(uint8_t to[REFUSAL_SIZE], const char *reason)
{
	size_t length = strnlen(reason, REASON_MAX);
	/* The line and the packet hold the reason once each. */
	size_t line_length = length < 120 ? length : 120;
	size_t at = (size_t)snprintf((char *)to, REFUSAL_SIZE,
	    "atoll: %.*s\r\n" IDENTIFICATION, (int)line_length, reason);

	return at + write_disconnect(to + at, reason, length);
}

void
refusals_init(struct refusals *r)
{
	*r = (struct refusals){ 0 };
	for (unsigned i = 0; i < REFUSALS_KEPT; i++)
		r->kept[i].fd = -1;
}

/* The oldest is closed when there are many. */
static void
keep(struct refusals *r, int client, uint64_t now_ms)
{
	struct kept *k = &r->kept[r->next++ % REFUSALS_KEPT];

	shutdown(client, SHUT_WR);
	scope_close(&k->fd);
	k->fd = fcntl(client, F_DUPFD_CLOEXEC, 3);
	k->since_ms = now_ms;
}

void
refusal_send(struct refusals *r, int client, const struct address *peer,
    enum refused_for what, const char *reason, uint64_t now_ms)
{
	uint8_t bytes[REFUSAL_SIZE];
	size_t n = refusal_write(bytes, reason);

	r->count[what]++;
	/* A new connection's buffer is empty: all of it fits. */
	if (send(client, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT) == -1)
		log_debug(NULL, "refusal not sent: %s", strerror(errno));
	keep(r, client, now_ms);
	if (r->second != now_ms / 1000) {
		r->second = now_ms / 1000;
		r->logged = 0;
	}
	if (r->logged++ < LOGGED_MAX)
		log_warn(NULL, "refused address=%s port=%u reason=%s",
		    peer->text, peer->port, reason);
	else
		r->silent++;
}

void
refusals_tick(struct refusals *r, uint64_t now_ms)
{
	for (unsigned i = 0; i < REFUSALS_KEPT; i++) {
		if (now_ms - r->kept[i].since_ms >= KEPT_MS)
			scope_close(&r->kept[i].fd);
	}
	if (r->silent > 0)
		log_warn(NULL, "refused more connections=%u", r->silent);
	r->silent = 0;
}
