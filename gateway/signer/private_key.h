/*
 * private_key.h - a host key, from the text of its file.	Process: signer.
 */
#ifndef ATOLL_SIGNER_PRIVATE_KEY_H
#define ATOLL_SIGNER_PRIVATE_KEY_H

#include "gateway/base/err.h"
#include "gateway/signer/algorithm.h"

struct private_key {
	EVP_PKEY *key; /* owned */
	const struct algorithm *algorithm;
	uint8_t blob[BLOB_MAX]; /* the public half, as SSH writes it */
	size_t length;
	bool is_next;
};

/*
 * OpenSSH's format or a PEM of libcrypto's, without a passphrase; text is changed.
 * name is the file's, for errors.  Refused: a kind or size that nobody should offer
 * any more.
 */
int private_key_parse(struct private_key *k, char *text, const char *name,
    struct err *e);

/* "ssh-ed25519 AAAA..." */
void public_key_line(const struct private_key *k, char *line, size_t size);

/* Sign n bytes, with SHA-2 of so many bits where it is an RSA key, as a signature
 * that SSH writes.  -1: there is no such algorithm. */
int private_key_sign(const struct private_key *k, unsigned bits,
    const uint8_t *bytes, size_t n, struct wire_out *to);

#endif
