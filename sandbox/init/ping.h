/*
 * ping.h - how long the way to the student's client is: asked of the session.
 */
#ifndef ATOLL_INIT_PING_H
#define ATOLL_INIT_PING_H

#include "sandbox/init/context.h"

/* Ask the session of that link, or answer why not; -1 is none. */
void ping_begin(struct init *in, struct lab_client *c, int link);

/* LINK_PONG came. */
void ping_end(struct init *in, const struct msg *m);

#endif
