/*
 * announce.h - the host keys that there are, told to who has logged in.
 *
 * OpenSSH's clients (UpdateHostKeys) note keys of later, and forget those that
 * are no more: PROTOCOL of OpenSSH, section 2.5.  So a host key can be changed
 * without a student reading that the host has changed.  Nothing is told with
 * SHARED_LIBSSH=1.
 */
#ifndef ATOLL_SESSION_TRANSPORT_ANNOUNCE_H
#define ATOLL_SESSION_TRANSPORT_ANNOUNCE_H

#include <stdbool.h>

#include "gateway/session/transport/ssh_bytes.h"

struct session;

/* Once, after the login and outside of libssh's callbacks. */
void announce_host_keys(struct session *s);

/* The client wants to see that we have these, which are the rest of its
 * request: answered, with signatures or as refused. */
void announce_prove(struct session *s, struct wire keys);

#endif
