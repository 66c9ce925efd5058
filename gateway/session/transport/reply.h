/*
 * reply.h - answers that libssh has no function for.
 *
 * They take the place of a packet of libssh's.  Where its outgoing packets are
 * written changes with each exchange of keys, so that is not kept.  With
 * SHARED_LIBSSH=1 nothing is said here.
 */
#ifndef ATOLL_SESSION_TRANSPORT_REPLY_H
#define ATOLL_SESSION_TRANSPORT_REPLY_H

#include <stdbool.h>
#include <stdint.h>

struct session;
struct channel;

/* Why a channel is not opened: the numbers of RFC 4254, section 5.1. */
enum open_failure {
	OPEN_PROHIBITED = 1,
	OPEN_CONNECT_FAILED,
	OPEN_UNKNOWN_TYPE,
	OPEN_SHORTAGE,
};

/* Refuse the channel that the client is opening.  What is not printable in the
 * text, some of which is init's, becomes '?'.  False: nothing was said. */
bool reply_no_channel(struct session *s, enum open_failure why,
    const char *text);

/* To a request on a channel; nothing once it was closed from here. */
void reply_request(const struct channel *c, bool is_granted);

/* Of RFC 4250, section 4.1.2. */
enum { REPLY_GLOBAL_REQUEST = 80, REPLY_REQUEST_SUCCESS = 81 };

/* A packet of the caller's making, its type first.  False: it was not sent. */
bool reply_packet(struct session *s, const void *bytes, uint32_t length);

/* The client may send so many more bytes.  False: it was not told. */
bool reply_window(const struct channel *c, uint32_t bytes);

/* To a global request. */
void reply_global(struct session *s, bool is_granted);

#endif
