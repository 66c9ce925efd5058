/*
 * senders.h - what a session says to the monitor and to its sandbox's init.
 */
#ifndef ATOLL_SESSION_SENDERS_H
#define ATOLL_SESSION_SENDERS_H

#include <stdbool.h>

#include "gateway/base/log.h"
#include "gateway/wire/msg.h"

struct session;

/* Say m to the monitor; waits a moment when the link is full.  A monitor that
 * cannot be told ends the session. */
void link_tell_monitor(struct session *s, const struct msg *m);

/* Say m to init.  False when it does not take it: it may belong to the
 * student, so that is no surprise. */
bool link_tell_init(struct session *s, const struct msg *m);

/*
 * Ask the monitor about a login and wait for its word: libssh wants the answer
 * from inside the callback.  At most until the login grace is over.
 */
bool link_ask_login(struct session *s, const struct msg *m);

/* Handle all that the monitor said. */
void link_read_monitor(struct session *s);

/* A line for the monitor's log; dropped after the first few, or when the link
 * is full. */
void link_log(struct session *s, enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
