/*
 * latency.h - how long the way to the client is, asked by init for its student.
 *
 * A request that every client answers is sent, and the first thing that comes from
 * the client then is taken for the answer: libssh tells nothing of it.
 */
#ifndef ATOLL_SESSION_TRANSPORT_LATENCY_H
#define ATOLL_SESSION_TRANSPORT_LATENCY_H

#include "gateway/wire/msg.h"

struct session;

/* LINK_PING.  One at a time: what is asked meanwhile is not answered. */
void latency_ask(struct session *s, const struct msg *m);

/* The client has sent something. */
void latency_heard(struct session *s);

#endif
