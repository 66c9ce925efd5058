/*
 * hostkey.h - the host's private keys, read before the jail.
 */
#ifndef ATOLL_SESSION_TRANSPORT_HOSTKEY_H
#define ATOLL_SESSION_TRANSPORT_HOSTKEY_H

#include <libssh/libssh.h>
#include <libssh/server.h>

#include "gateway/base/err.h"

/* Of today and of later; the monitor checks it, too. */
#define HOST_KEYS_MAX 8

/* All that clients are told of; owned. */
struct hostkeys {
	ssh_key key[HOST_KEYS_MAX];
	unsigned count;
};

/*
 * Read a private key, note it in all, and, when it is one of today, give it to
 * the bind object, which owns it then.  Refused: a file that group or others
 * may read, that is no unencrypted private key, or one of a kind or size that
 * nobody should offer any more.
 */
int hostkey_load(struct hostkeys *all, ssh_bind to, const char *path,
    struct err *e);

/* The size of an RSA key, from "AAAA..." as libssh exports it; 0 if it is not
 * one.  libssh tells no sizes. */
unsigned rsa_bits(const char *base64);

#endif
