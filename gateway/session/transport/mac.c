/* mac.c - the keys by which packets are authenticated, made ready once. */
#include "gateway/session/transport/mac.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

static EVP_MD_CTX *
copy_of(const EVP_MD_CTX *begun)
{
	EVP_MD_CTX *copy = EVP_MD_CTX_new();

	if (copy != NULL && EVP_MD_CTX_copy_ex(copy, begun) == 1)
		return copy;
	EVP_MD_CTX_free(copy);
	return NULL;
}

static bool
is_of(const struct mac *m, const void *key, size_t length, unsigned type)
{
	return m->begun != NULL && m->type == type && m->length == length &&
	       CRYPTO_memcmp(m->key, key, length) == 0;
}

static void
forget(struct mac *m)
{
	EVP_MD_CTX_free(m->begun);
	OPENSSL_cleanse(m, sizeof(*m));
}

/* In the place of the one that was made first: with new keys for a direction, that
 * is no longer used. */
static void
keep(struct macs *all, const void *key, size_t length, unsigned type,
    const EVP_MD_CTX *begun)
{
	struct mac *m = &all->mac[all->oldest];

	forget(m);
	memcpy(m->key, key, length);
	m->length = length;
	m->type = type;
	m->begun = copy_of(begun);
	all->oldest = (all->oldest + 1) % MAC_KEYS;
}

EVP_MD_CTX *
mac_begin(struct macs *all, const void *key, size_t length, unsigned type,
    mac_maker *make)
{
	EVP_MD_CTX *begun;

	for (int i = 0; i < MAC_KEYS; i++) {
		if (is_of(&all->mac[i], key, length, type))
			return copy_of(all->mac[i].begun);
	}
	begun = make(key, length, type);
	if (begun != NULL && length <= MAC_KEY_MAX)
		keep(all, key, length, type, begun);
	return begun;
}

void
mac_forget(struct macs *all)
{
	for (int i = 0; i < MAC_KEYS; i++)
		forget(&all->mac[i]);
	all->oldest = 0;
}
