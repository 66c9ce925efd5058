/*
 * session_requests.h - what a session may ask, and when it is heard.
 */
#ifndef ATOLL_INIT_SESSION_REQUESTS_H
#define ATOLL_INIT_SESSION_REQUESTS_H

#include <poll.h>

#include "sandbox/init/context.h"

/* What the link is listened to for: the command that it started last, or its
 * next message.  -1 is skipped by poll(2). */
int session_requests_source(const struct init *in, int at);

/* After a poll of that. */
void session_requests_serve(struct init *in, int at, const struct pollfd *p);

#endif
