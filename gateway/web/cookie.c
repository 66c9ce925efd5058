/* cookie.c - what a browser shows to be let into a wall. */
#include "gateway/web/cookie.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define RANDOM_BYTES ((COOKIE_SIZE - 1) / 2)

int
cookie_begin(struct err *e)
{
	struct cookie_hash ignored;
	char text[COOKIE_SIZE];

	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1 ||
	    !cookie_make(text) || !cookie_hash(text, &ignored))
		return err_set(e, 0, "OpenSSL makes no SHA-256");
	return 0;
}

bool
cookie_make(char text[COOKIE_SIZE])
{
	unsigned char bytes[RANDOM_BYTES];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return false;
	for (int i = 0; i < RANDOM_BYTES; i++)
		snprintf(text + (size_t)2 * i, 3, "%02x", bytes[i]);
	return true;
}

bool
cookie_hash(const char *text, struct cookie_hash *hash)
{
	unsigned size = 0;

	return text != NULL && strlen(text) == COOKIE_SIZE - 1 &&
	       EVP_Digest(text, COOKIE_SIZE - 1, hash->bytes, &size,
		   EVP_sha256(), NULL) == 1 &&
	       size == sizeof(hash->bytes);
}

bool
cookie_is_same(const struct cookie_hash *a, const struct cookie_hash *b)
{
	return CRYPTO_memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

void
cookie_forget(char text[COOKIE_SIZE])
{
	OPENSSL_cleanse(text, COOKIE_SIZE);
}
