/*
 * fault.h - what a client did wrong, in libssh's words, for the log.
 */
#ifndef ATOLL_SESSION_FAULT_H
#define ATOLL_SESSION_FAULT_H

#include "gateway/shared/exits.h"

struct session;

/* The connection is over, and libssh says why: log that, unless the client just
 * went away.  Returns EXIT_LEFT, or otherwise when it was the client's fault. */
enum session_exit fault_log(struct session *s, enum session_exit otherwise);

#endif
