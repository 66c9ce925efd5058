/*
 * senders.h - messages from a session to the monitor and to its sandbox's init.
 */
#ifndef ATOLL_SESSION_SENDERS_H
#define ATOLL_SESSION_SENDERS_H

#include <stdbool.h>

#include "gateway/wire/msg.h"

struct session;

/* Send m to the monitor; waits a moment when the link is full.  When the
 * monitor cannot be reached the session ends. */
void link_tell_monitor(struct session *s, const struct msg *m);

/* The same, of what is no loss when the link is full or gone. */
void link_hint_monitor(struct session *s, const struct msg *m);

/* Send m to init.  False when init does not take it: it may have been replaced
 * by the student, so that must be borne. */
bool link_tell_init(struct session *s, const struct msg *m);

/* The same, of what is no loss when init is too busy for it now. */
void link_hint_init(struct session *s, const struct msg *m);

#endif
