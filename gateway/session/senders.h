/*
 * senders.h - what a session says to the monitor and to its sandbox's init.
 */
#ifndef ATOLL_SESSION_SENDERS_H
#define ATOLL_SESSION_SENDERS_H

#include <stdbool.h>

#include "gateway/wire/msg.h"

struct session;

/* Say m to the monitor; waits a moment when the link is full.  A monitor that
 * cannot be told ends the session. */
void link_tell_monitor(struct session *s, const struct msg *m);

/* Say m to init.  False when it does not take it: it may belong to the
 * student, so that is no surprise. */
bool link_tell_init(struct session *s, const struct msg *m);

#endif
