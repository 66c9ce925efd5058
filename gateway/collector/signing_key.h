/*
 * signing_key.h - the key that receipts are signed with.	Process: collector.
 *
 * It is made at the first start, in state_dir/collected: .key, and the public half in
 * .allowed_signers, as ssh-keygen -Y verify wants it.
 */
#ifndef ATOLL_COLLECTOR_SIGNING_KEY_H
#define ATOLL_COLLECTOR_SIGNING_KEY_H

#include <openssl/evp.h>

#include "gateway/base/err.h"

struct signing_key {
	EVP_PKEY *pkey; /* ed25519; owned */
};

/* -1: it is there and is none, or cannot be made.  One that cannot be read is never
 * replaced: earlier receipts are verified with it. */
int signing_key_open(struct signing_key *k, int dir, struct err *e);
void signing_key_close(struct signing_key *k);

#endif
