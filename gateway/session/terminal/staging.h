/*
 * staging.h - the room's screen on a channel, instead of what its program prints.
 *
 * The monitor hands over the socket of atoll-recorder.  While it is shown nothing is
 * read from the program, which waits as for a slow client, and keys are not passed on:
 * one of them leaves.  Then all is as it was, and the program goes on.
 */
#ifndef ATOLL_SESSION_TERMINAL_STAGING_H
#define ATOLL_SESSION_TERMINAL_STAGING_H

#include <poll.h>
#include <stddef.h>

#include "gateway/wire/msg.h"

struct channel;
struct session;

/* STAGE_VIEW, whose descriptor is taken, and STAGE_OVER. */
void staging_on_message(struct session *s, struct msg *m);

/* Wants to be polled for that, while the client takes more; at most one. */
unsigned staging_wants(const struct channel *c, struct pollfd *fds);

/* In each turn of the loop: what has come is drawn. */
void staging_turn(struct channel *c);

/* While it is shown: these keys were typed. */
void staging_typed(struct channel *c, const char *keys, size_t n);

/* Milliseconds until something is to be done; -1: nothing. */
int staging_timeout(const struct channel *c);

#endif
