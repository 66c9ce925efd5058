/* proof.c - what a client signs to log in with a key. */
#include "gateway/signer/proof.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

#include "gateway/signer/algorithm.h"

#define USERAUTH_REQUEST 50
#define TOUCHED		 1
#define ECDSA_MAX	 72 /* bytes of one of the two numbers */

/* The other half of a security key's signature. */
struct device {
	uint8_t flags;
	uint32_t counter;
};

/* Nothing may be left out, and nothing may follow. */
static const struct algorithm *
read_request(struct wire id, struct wire data, struct proof *to)
{
	struct wire said = wire_text(&data), service, method, name;
	uint8_t type = wire_u8(&data), is_signed;
	const struct algorithm *a;

	to->user = wire_text(&data);
	service = wire_text(&data);
	method = wire_text(&data);
	is_signed = wire_u8(&data);
	name = wire_text(&data);
	to->key = wire_text(&data);
	a = algorithm_find(&name);
	if (data.is_bad || data.left != 0 || a == NULL || id.left == 0 ||
	    said.left != id.left || memcmp(said.at, id.at, id.left) != 0 ||
	    type != USERAUTH_REQUEST || !wire_is(&service, "ssh-connection") ||
	    !wire_is(&method, "publickey") || is_signed == 0 ||
	    wire_has_nul(&to->user))
		return NULL;
	to->type = a->key;
	return a;
}

/* --- the signature ----------------------------------------------------------- */

static bool
verify(const struct algorithm *a, EVP_PKEY *key, const uint8_t *mark,
    size_t mark_length, struct wire signed_bytes)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool is_good =
	    ctx != NULL &&
	    EVP_DigestVerifyInit(ctx, NULL,
		a->digest == NULL ? NULL : a->digest(), NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, mark, mark_length, signed_bytes.at,
		signed_bytes.left) == 1;

	EVP_MD_CTX_free(ctx);
	return is_good;
}

/* libcrypto wants DER. */
static bool
verify_ecdsa(const struct algorithm *a, EVP_PKEY *key, struct wire mark,
    struct wire signed_bytes)
{
	struct wire r = wire_number(&mark), s = wire_number(&mark);
	ECDSA_SIG *pair = ECDSA_SIG_new();
	uint8_t *der = NULL;
	BIGNUM *br, *bs;
	bool is_good = false;
	int n;

	if (pair == NULL || mark.is_bad || mark.left != 0 ||
	    r.left > ECDSA_MAX || s.left > ECDSA_MAX) {
		ECDSA_SIG_free(pair);
		return false;
	}
	br = BN_bin2bn(r.at, (int)r.left, NULL);
	bs = BN_bin2bn(s.at, (int)s.left, NULL);
	if (br == NULL || bs == NULL || ECDSA_SIG_set0(pair, br, bs) != 1) {
		BN_free(br);
		BN_free(bs);
		ECDSA_SIG_free(pair);
		return false;
	}
	n = i2d_ECDSA_SIG(pair, &der);
	if (n > 0)
		is_good = verify(a, key, der, (size_t)n, signed_bytes);
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
	return is_good;
}

/* Some clients leave out the zeros that it begins with. */
static bool
verify_rsa(const struct algorithm *a, EVP_PKEY *key, struct wire mark,
    struct wire signed_bytes)
{
	uint8_t whole[NUMBER_MAX] = { 0 };
	int size = EVP_PKEY_get_size(key);

	if (size <= 0 || size > NUMBER_MAX || mark.left > (size_t)size)
		return false;
	memcpy(whole + (size_t)size - mark.left, mark.at, mark.left);
	return verify(a, key, whole, (size_t)size, signed_bytes);
}

static bool
verify_any(const struct algorithm *a, EVP_PKEY *key, struct wire mark,
    struct wire signed_bytes)
{
	if (a->family == FAMILY_ECDSA)
		return verify_ecdsa(a, key, mark, signed_bytes);
	if (a->family == FAMILY_RSA)
		return verify_rsa(a, key, mark, signed_bytes);
	return verify(a, key, mark.at, mark.left, signed_bytes);
}

/* The device signs two digests, with what it knows between them. */
static bool
verify_device(const struct algorithm *a, EVP_PKEY *key, struct wire mark,
    const struct device *d, struct wire application, struct wire data)
{
	uint8_t bytes[2 * SHA256_DIGEST_LENGTH + 5];
	struct wire_out out = { bytes + SHA256_DIGEST_LENGTH, 0, 5, false };

	if ((d->flags & TOUCHED) == 0 || application.left == 0)
		return false;
	SHA256(application.at, application.left, bytes);
	wire_put_u8(&out, d->flags);
	wire_put_u32(&out, d->counter);
	SHA256(data.at, data.left, bytes + SHA256_DIGEST_LENGTH + 5);
	return verify_any(a, key, mark,
	    (struct wire){ bytes, sizeof(bytes), false });
}

bool
proof_check(struct wire id, struct wire data, struct wire signature,
    struct proof *to)
{
	const struct algorithm *a = read_request(id, data, to);
	struct wire name = wire_text(&signature), mark = wire_text(&signature);
	struct wire application;
	struct device d = { 0 };
	bool is_good;
	EVP_PKEY *key;

	if (a == NULL || !wire_is(&name, a->name))
		return false;
	if (a->is_device) {
		d.flags = wire_u8(&signature);
		d.counter = wire_u32(&signature);
	}
	if (signature.is_bad || signature.left != 0 || mark.left == 0)
		return false;
	key = public_key_read(a, to->key, &application);
	if (key == NULL)
		return false;
	is_good = a->is_device
		      ? verify_device(a, key, mark, &d, application, data)
		      : verify_any(a, key, mark, data);
	EVP_PKEY_free(key);
	return is_good;
}
