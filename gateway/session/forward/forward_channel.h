/*
 * forward_channel.h - a channel that has a socket at its other end.
 */
#ifndef ATOLL_SESSION_FORWARD_FORWARD_CHANNEL_H
#define ATOLL_SESSION_FORWARD_FORWARD_CHANNEL_H

#include "gateway/wire/msg.h"

struct session;
struct channel;

/* A channel with that socket on our side; NULL when there are too many.  The
 * descriptor is the channel's then. */
struct channel *forward_channel(struct session *s, enum forwarding kind,
    int *fd);

#endif
