/*
 * algorithms.h - what is spoken with strangers: modern, and nothing slow.
 */
#ifndef ATOLL_SESSION_ALGORITHMS_H
#define ATOLL_SESSION_ALGORITHMS_H

#include <libssh/libssh.h>
#include <libssh/server.h>
#include <stdbool.h>

#include "gateway/shared/err.h"

/* A bind object that offers our algorithms, with no host key yet. */
ssh_bind algorithms_bind(struct err *e);

/* May a key of this kind and size log in? */
bool may_log_in_with(enum ssh_keytypes_e type, const char *base64);

/* Is the private key on a device that must be touched? */
bool is_security_key(enum ssh_keytypes_e type);

/* The ciphers one by one, NULL at the end. */
extern const char *const algorithms_ciphers[];

#endif
