/*
 * listener.h - sockets that listen in the sandbox, for ssh -R and ssh -A.
 *
 * Whoever connects to one becomes a channel that we open to the client.
 */
#ifndef ATOLL_SESSION_FORWARD_LISTENER_H
#define ATOLL_SESSION_FORWARD_LISTENER_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/wire/msg.h"

struct session;

void listener_init(struct session *s);

/* A port that the client wants; takes the descriptor.  False: too many. */
bool listener_add(struct session *s, const char *host, uint32_t port, int *fd);

/* False when there is no such port. */
bool listener_remove(struct session *s, const char *host, uint32_t port);

/* Note that init is being asked for the agent's socket.  False: it was asked
 * already, or there are too many. */
bool listener_expect_agent(struct session *s, uint32_t serial);

/* Init's answer to that, -1 for no; takes the descriptor. */
void listener_open(struct session *s, uint32_t serial, int *fd);

/* LISTENERS_MAX entries for poll(2), and what to do after it. */
void listener_wants(const struct session *s, struct pollfd *fds);
void listener_accept(struct session *s, const struct pollfd *fds);

/* Has the client answered to channels that we open to it? */
void listener_check_opening(struct session *s);

void listener_close_all(struct session *s);

#endif
