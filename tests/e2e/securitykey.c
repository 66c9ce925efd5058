/*
 * securitykey.c - a security key without the device: what ssh-keygen -w and
 * ssh -o SecurityKeyProvider load.
 *
 * The interface is that of OpenSSH's sk-api.h, version 10.  The key handle is
 * the private key itself.  With NO_TOUCH in the environment it signs as a
 * device does that nobody touched.
 */
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ECDSA, ED25519 };
#define VERSION 0x000a0000
#define FAILED	-1
#define TOUCHED 1
#define COUNTER 7

struct sk_option;

struct enrolled {
	uint8_t flags;
	uint8_t *public_key;
	size_t public_key_size;
	uint8_t *handle;
	size_t handle_size;
	uint8_t *signature;
	size_t signature_size;
	uint8_t *certificate;
	size_t certificate_size;
	uint8_t *data;
	size_t data_size;
};

struct signed_by {
	uint8_t flags;
	uint32_t counter;
	uint8_t *r;
	size_t r_size;
	uint8_t *s;
	size_t s_size;
};

uint32_t
sk_api_version(void)
{
	return VERSION;
}

static EVP_PKEY *
key_make(uint32_t kind)
{
	return kind == ED25519 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
			       : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

int
sk_enroll(uint32_t kind, const uint8_t *challenge, size_t size,
    const char *application, uint8_t flags, const char *pin,
    struct sk_option **options, struct enrolled **answer)
{
	struct enrolled *e = calloc(1, sizeof(*e));
	EVP_PKEY *key = key_make(kind);
	int n;

	(void)challenge, (void)size, (void)application, (void)pin;
	(void)options;
	n = i2d_PrivateKey(key, &e->handle);
	if (n <= 0)
		return FAILED;
	e->flags = flags;
	e->handle_size = (size_t)n;
	e->public_key_size =
	    EVP_PKEY_get1_encoded_public_key(key, &e->public_key);
	if (kind == ED25519) {
		e->public_key_size = 32;
		e->public_key = malloc(32);
		EVP_PKEY_get_raw_public_key(key, e->public_key,
		    &e->public_key_size);
	}
	EVP_PKEY_free(key);
	*answer = e;
	return 0;
}

/* What a device signs: of which application, how, and what. */
static size_t
statement(const char *application, uint8_t flags, const uint8_t *data,
    size_t size, uint8_t *to)
{
	static const uint8_t counter[4] = { 0, 0, 0, COUNTER };

	SHA256((const uint8_t *)application, strlen(application), to);
	to[32] = flags;
	memcpy(to + 33, counter, 4);
	SHA256(data, size, to + 37);
	return 69;
}

/* ECDSA's two numbers, 32 bytes each. */
static void
take_apart(const uint8_t *der, size_t size, struct signed_by *to)
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)size);

	to->r = malloc(to->r_size = 32);
	to->s = malloc(to->s_size = 32);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), to->r, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), to->s, 32);
	ECDSA_SIG_free(sig);
}

int
sk_sign(uint32_t kind, const uint8_t *data, size_t size,
    const char *application, const uint8_t *handle, size_t handle_size,
    uint8_t flags, const char *pin, struct sk_option **options,
    struct signed_by **answer)
{
	struct signed_by *by = calloc(1, sizeof(*by));
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &handle, (long)handle_size);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t said[69], sig[128];
	size_t n = sizeof(sig);

	(void)flags, (void)pin, (void)options;
	by->flags = getenv("NO_TOUCH") == NULL ? TOUCHED : 0;
	by->counter = COUNTER;
	size = statement(application, by->flags, data, size, said);
	if (EVP_DigestSignInit(context, NULL,
		kind == ED25519 ? NULL : EVP_sha256(), NULL, key) != 1 ||
	    EVP_DigestSign(context, sig, &n, said, size) != 1)
		return FAILED;
	if (kind == ED25519) {
		by->r = malloc(by->r_size = n);
		memcpy(by->r, sig, n);
	} else {
		take_apart(sig, n, by);
	}
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	*answer = by;
	return 0;
}

int
sk_load_resident_keys(const char *pin, struct sk_option **options, void ***keys,
    size_t *count)
{
	(void)pin, (void)options, (void)keys, (void)count;
	return FAILED;
}
