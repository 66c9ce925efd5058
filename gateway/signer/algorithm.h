/*
 * algorithm.h - kinds of keys, and public keys as SSH writes them.
 *							Process: signer.
 */
#ifndef ATOLL_SIGNER_ALGORITHM_H
#define ATOLL_SIGNER_ALGORITHM_H

#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdbool.h>

#include "gateway/base/ssh_bytes.h"

#define RSA_BITS_MIN  3072 /* of a host key, */
#define RSA_BITS_USER 2048 /* and of a client's */
#define BLOB_MAX      4096 /* bytes of a public key or a signature */
#define NUMBER_MAX    2048 /* bytes of an RSA key's */

enum family { FAMILY_ED25519, FAMILY_ECDSA, FAMILY_RSA };

struct algorithm {
	const char *key;   /* the name that a public key begins with, */
	const char *name;  /* and that of a signature */
	const char *curve; /* as SSH calls it, and */
	const char *group; /* as libcrypto does */
	enum family family;
	const EVP_MD *(*digest)(void); /* NULL: the signature's own */
	bool is_device;		       /* a security key's, for clients only */
};

/* That of a signature with this name; NULL: there is none. */
const struct algorithm *algorithm_find(const struct wire *name);

/* Of a host key that we may have: one of its algorithms; NULL: of none. */
const struct algorithm *algorithm_of(EVP_PKEY *key);

/* The RSA signature with SHA-2 of so many bits; NULL: there is none. */
const struct algorithm *algorithm_rsa(unsigned bits);

/* A key of libcrypto's from its parameters; selection is EVP_PKEY_PUBLIC_KEY or
 * EVP_PKEY_KEYPAIR, see EVP_PKEY_fromdata(3).  Owned by the caller; NULL: it is none. */
EVP_PKEY *key_from_params(const char *type, int selection,
    OSSL_PARAM_BLD *build);

/* A public key of that algorithm, as in an authorized_keys file without base64;
 * *application is the rest of a security key's.  Owned by the caller; NULL: it is
 * none, or an RSA key that is too short. */
EVP_PKEY *public_key_read(const struct algorithm *a, struct wire blob,
    struct wire *application);

/* The reverse, for a key of ours; -1: libcrypto has no memory. */
int public_key_write(const struct algorithm *a, EVP_PKEY *key,
    struct wire_out *to);

#endif
