/*
 * algorithms.h - what is offered to clients: modern, and nothing slow.
 */
#ifndef ATOLL_SESSION_TRANSPORT_ALGORITHMS_H
#define ATOLL_SESSION_TRANSPORT_ALGORITHMS_H

#include <libssh/libssh.h>
#include <libssh/server.h>
#include <stdbool.h>

#include "gateway/base/err.h"

/*
 * "OpenSSH" is not vanity.  An OpenSSH client whose output is closed ("ssh host
 * yes | head -1") says so, with eow@openssh.com, only to a server that calls
 * itself so; without that word the command runs until a signal ends it, see
 * request.c.  node's ssh2 forwards Unix sockets only when a number of 5 or more
 * follows, and libssh wants two numbers with a dot.  9.99 says which OpenSSH's
 * extensions are spoken here, and was never a release: a scanner has no list of
 * its holes.
 */
#define IDENTIFICATION "OpenSSH_9.99_compatible_atoll"

/* A bind object that offers our algorithms, with no host key yet. */
ssh_bind algorithms_bind(struct err *e);

/* May a key of this kind and size log in? */
bool may_log_in_with(enum ssh_keytypes_e type, const char *base64);

/* Is the private key on a device that must be touched? */
bool is_security_key(enum ssh_keytypes_e type);

/* The ciphers one by one, NULL at the end. */
extern const char *const algorithms_ciphers[];

#endif
