/*
 * proof.h - what a client signs to log in with a key.	Process: signer.
 *
 * RFC 4252, section 7; security keys as OpenSSH's PROTOCOL.u2f has them.
 */
#ifndef ATOLL_SIGNER_PROOF_H
#define ATOLL_SIGNER_PROOF_H

#include <stdbool.h>

#include "gateway/base/ssh_bytes.h"

/* Whom a client has proved to be; both point into what was signed. */
struct proof {
	struct wire user;
	struct wire key;
	const char *type; /* the key's */
};

/*
 * Is data what a client signs to log in by this session, whose identifier is id, and
 * is that its signature?  A security key must have been touched.
 */
bool proof_check(struct wire id, struct wire data, struct wire signature,
    struct proof *to);

#endif
