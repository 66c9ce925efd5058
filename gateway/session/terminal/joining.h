/*
 * joining.h - keys of whoever has joined a terminal.
 *
 * They come on a socket of their own, straight from the tool, and are as if the student
 * had typed them; what the student types goes first.
 */
#ifndef ATOLL_SESSION_TERMINAL_JOINING_H
#define ATOLL_SESSION_TERMINAL_JOINING_H

#include <poll.h>

#include "gateway/wire/msg.h"

struct channel;
struct session;

/* JOIN: its descriptor is taken; one that was there goes. */
void joining_on_message(struct session *s, struct msg *m);

/* Wants to be polled for that, while keys could go on; at most one. */
unsigned joining_wants(const struct channel *c, struct pollfd *fds);

/* Take some keys, if there are any and the last have gone. */
void joining_take(struct channel *c);

#endif
