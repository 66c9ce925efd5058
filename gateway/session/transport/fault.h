/*
 * fault.h - what a client did wrong, in libssh's words, for the log.
 */
#ifndef ATOLL_SESSION_TRANSPORT_FAULT_H
#define ATOLL_SESSION_TRANSPORT_FAULT_H

#include "gateway/wire/exits.h"

struct session;

/* A fault that libssh names; during the key exchange the first is kept, since
 * libssh goes on to read the end of the connection, and names that. */
void fault_note(struct session *s, const char *text);

/* The connection is over, and libssh says why: log that, unless the client just
 * went away.  Returns EXIT_LEFT, or otherwise when it was the client's fault. */
enum session_exit fault_log(struct session *s, enum session_exit otherwise);

#endif
