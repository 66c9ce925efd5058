/*
 * hostkey.h - the host's private keys, read before the jail.
 */
#ifndef ATOLL_SESSION_HOSTKEY_H
#define ATOLL_SESSION_HOSTKEY_H

#include <libssh/libssh.h>
#include <libssh/server.h>

#include "gateway/shared/err.h"

/*
 * Read a private key and give it to the bind object, which owns it then.
 * Refused: a file that group or others may read, that is no unencrypted
 * private key, or one of a kind or size that nobody should offer any more.
 */
int hostkey_load(ssh_bind to, const char *path, struct err *e);

/* The size of an RSA key, from "AAAA..." as libssh exports it; 0 if it is not
 * one.  libssh tells no sizes. */
unsigned rsa_bits(const char *base64);

#endif
