/*
 * mac.h - the keys by which packets are authenticated, made ready once.
 *
 * Where the cipher does not do it, each packet is authenticated by a hash with a
 * key.  libssh begins each hash with making that key anew, for a fifth of the time
 * that a full packet's hash takes.  Here one is begun for each key, and copied.
 */
#ifndef ATOLL_SESSION_TRANSPORT_MAC_H
#define ATOLL_SESSION_TRANSPORT_MAC_H

#include <stddef.h>
#include <stdint.h>

#define MAC_KEY_MAX 64
#define MAC_KEYS    2 /* one for each direction */

/* A hash that has been begun; libcrypto's EVP_MD_CTX. */
struct evp_md_ctx_st;

/* They begin as zeros. */
struct macs {
	struct mac {
		uint8_t key[MAC_KEY_MAX];
		size_t length;
		unsigned type;		     /* libssh's number of the hash */
		struct evp_md_ctx_st *begun; /* owned; NULL: there is none */
	} mac[MAC_KEYS];
	unsigned oldest;
};

/* Begin a hash, as libssh does. */
typedef struct evp_md_ctx_st *mac_maker(const void *key, size_t length,
    unsigned type);

/* A hash with that key, begun: the caller's.  NULL: there is no memory, or no such
 * hash. */
struct evp_md_ctx_st *mac_begin(struct macs *all, const void *key,
    size_t length, unsigned type, mac_maker *make);

/* Nothing is left of the keys. */
void mac_forget(struct macs *all);

#endif
