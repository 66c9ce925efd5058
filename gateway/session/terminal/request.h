/*
 * request.h - what a client may ask on a channel.
 */
#ifndef ATOLL_SESSION_TERMINAL_REQUEST_H
#define ATOLL_SESSION_TERMINAL_REQUEST_H

#include <libssh/libssh.h>
#include <stdbool.h>

struct channel;

/* libssh's callback for a new session channel, whose requests come here from
 * then on; NULL refuses it. */
ssh_channel request_open(ssh_session ssh, void *session);

/* The callbacks of a forwarded socket: bytes and ends only. */
void request_init_forward(struct channel *c);

/* A request that libssh does not know; true when it is granted. */
bool request_unknown(struct channel *c);

#endif
