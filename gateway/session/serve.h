/*
 * serve.h - the life of one connection, from its socket to its end.
 */
#ifndef ATOLL_SESSION_SERVE_H
#define ATOLL_SESSION_SERVE_H

#include <libssh/server.h>

#include "gateway/session/jail.h"
#include "gateway/wire/exits.h"

struct session_plan;

/* In the fork, while setsockopt(2) is still there.  0, or -1 when a descriptor
 * cannot be made non-blocking. */
int session_prepare_socket(const struct session_plan *plan);

/* Serve the connection to its end.  The descriptors are closed by the exit
 * that must follow. */
enum session_exit session_serve(const struct session_plan *plan,
    const struct jail *jail, ssh_bind offer);

#endif
