/*
 * announce.h - tells clients that have logged in all host keys.
 *
 * OpenSSH's clients (UpdateHostKeys) store the keys of the future, and forget
 * those that are not used any more: PROTOCOL of OpenSSH, section 2.5.  So a
 * host key can be changed without a warning to students that the host has
 * changed.  Nothing is told with SHARED_LIBSSH=1.
 */
#ifndef ATOLL_SESSION_TRANSPORT_ANNOUNCE_H
#define ATOLL_SESSION_TRANSPORT_ANNOUNCE_H

#include <stdbool.h>

#include "gateway/base/ssh_bytes.h"

struct session;

/* Once, after the login and outside of libssh's callbacks. */
void announce_host_keys(struct session *s);

/* The client wants to see that we have these, which are the rest of its
 * request: answered, with signatures or as refused. */
void announce_prove(struct session *s, struct wire keys);

#endif
