/* once.c - links that are good once, and for a while. */
#include "gateway/monitor/links/once.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define TOKEN_BYTES ((ONCE_TOKEN_SIZE - 1) / 2)
#define HASH_SIZE   sizeof(((struct once_link *)NULL)->hash)

struct once {
	unsigned most;
	struct once_link at[];
};

struct once *
once_new(unsigned most)
{
	struct once *o = calloc(1, sizeof(*o) + most * sizeof(o->at[0]));

	if (o != NULL)
		o->most = most;
	return o;
}

static bool
hash_token(const char *token, unsigned char hash[])
{
	unsigned size = 0;

	return EVP_Digest(token, strlen(token), hash, &size, EVP_sha256(),
		   NULL) == 1 &&
	       size == HASH_SIZE;
}

static bool
make_token(char token[ONCE_TOKEN_SIZE])
{
	unsigned char bytes[TOKEN_BYTES];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return false;
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(token + 2 * i, 3, "%02x", bytes[i]);
	return true;
}

static struct once_link *
find_place(struct once *o, const struct once_link *l, bool is_only)
{
	struct once_link *oldest = &o->at[0];

	for (unsigned i = 0; i < o->most; i++) {
		if (is_only && o->at[i].until_ms != 0 &&
		    strcmp(o->at[i].what, l->what) == 0 &&
		    strcmp(o->at[i].who, l->who) == 0)
			return &o->at[i];
		if (o->at[i].until_ms < oldest->until_ms)
			oldest = &o->at[i];
	}
	return oldest;
}

bool
once_add(struct once *o, const struct once_link *l, bool is_only,
    char token[ONCE_TOKEN_SIZE])
{
	struct once_link made = *l;

	if (!make_token(token) || !hash_token(token, made.hash))
		return false;
	*find_place(o, l, is_only) = made;
	return true;
}

/* All are compared, and each byte of each: how long that takes tells nothing. */
struct once_link *
once_find(struct once *o, const char *token, uint64_t now_ms)
{
	unsigned char hash[HASH_SIZE];
	struct once_link *found = NULL;

	if (!hash_token(token, hash))
		return NULL;
	for (unsigned i = 0; i < o->most; i++) {
		struct once_link *l = &o->at[i];

		if (CRYPTO_memcmp(l->hash, hash, HASH_SIZE) == 0 &&
		    l->until_ms > now_ms)
			found = l;
	}
	return found;
}
