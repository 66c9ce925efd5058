/*
 * hostkey.h - the host keys that clients are shown.
 *
 * A session has the public halves alone: atoll-signer has the others, see signing.h.
 * Built with SHARED_LIBSSH=1 it has the private keys, read before the jail.
 */
#ifndef ATOLL_SESSION_TRANSPORT_HOSTKEY_H
#define ATOLL_SESSION_TRANSPORT_HOSTKEY_H

#include <libssh/libssh.h>
#include <libssh/server.h>

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"

/* All that clients are told of; owned. */
struct hostkeys {
	ssh_key key[HOST_KEYS_MAX];
	unsigned count;
};

#ifdef SHARED_LIBSSH
/*
 * Read a private key, note it in all, and, when it is one of today, give it to
 * the bind object, which owns it then.  Refused: a file that group or others
 * may read, that is no unencrypted private key, or one of a kind or size that
 * nobody should offer any more.
 */
int hostkey_load(struct hostkeys *all, ssh_bind to, const char *path,
    struct err *e);
#else
/*
 * Note a public key, "ssh-ed25519 AAAA...", in all, and, when it is one of today,
 * give it to the bind object, which owns it then.  libssh offers a host key only
 * when it is a private one, so it is given a private key whose secret half is
 * nonsense.
 */
int hostkey_show(struct hostkeys *all, ssh_bind to, const char *line,
    struct err *e);

/* Give the bind object a key of its own, made now, for warmup.h. */
int hostkey_make(ssh_bind to, struct err *e);
#endif

/* The size of an RSA key, from "AAAA..." as libssh exports it; 0 if it is not
 * one.  libssh tells no sizes. */
unsigned rsa_bits(const char *base64);

#endif
