/* algorithm.c - kinds of keys, and public keys as SSH writes them. */
#include "gateway/signer/algorithm.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <string.h>

#include "gateway/base/array.h"

#define POINT_MAX 133 /* bytes of one on the largest curve */

/* Certificates are not here, see may_log_in_with() in the session. */
static const struct algorithm algorithms[] = {
	{ "ssh-ed25519", "ssh-ed25519", NULL, NULL, FAMILY_ED25519, NULL,
	    false },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", "nistp256",
	    "prime256v1", FAMILY_ECDSA, EVP_sha256, false },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", "nistp384", "secp384r1",
	    FAMILY_ECDSA, EVP_sha384, false },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", "nistp521", "secp521r1",
	    FAMILY_ECDSA, EVP_sha512, false },
	{ "ssh-rsa", "rsa-sha2-256", NULL, NULL, FAMILY_RSA, EVP_sha256,
	    false },
	{ "ssh-rsa", "rsa-sha2-512", NULL, NULL, FAMILY_RSA, EVP_sha512,
	    false },
	{ "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519@openssh.com", NULL,
	    NULL, FAMILY_ED25519, NULL, true },
	{ "sk-ecdsa-sha2-nistp256@openssh.com",
	    "sk-ecdsa-sha2-nistp256@openssh.com", "nistp256", "prime256v1",
	    FAMILY_ECDSA, EVP_sha256, true },
};

const struct algorithm *
algorithm_find(const struct wire *name)
{
	for (size_t i = 0; i < COUNT_OF(algorithms); i++) {
		if (wire_is(name, algorithms[i].name))
			return &algorithms[i];
	}
	return NULL;
}

static bool
is_on_curve(EVP_PKEY *key, const struct algorithm *a)
{
	char group[32] = "";

	return EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
	       strcmp(group, a->group) == 0;
}

const struct algorithm *
algorithm_of(EVP_PKEY *key)
{
	for (size_t i = 0; i < COUNT_OF(algorithms); i++) {
		const struct algorithm *a = &algorithms[i];

		if (a->is_device)
			continue;
		if ((a->family == FAMILY_ED25519 &&
			EVP_PKEY_is_a(key, "ED25519")) ||
		    (a->family == FAMILY_RSA && EVP_PKEY_is_a(key, "RSA")) ||
		    (a->family == FAMILY_ECDSA && EVP_PKEY_is_a(key, "EC") &&
			is_on_curve(key, a)))
			return a;
	}
	return NULL;
}

const struct algorithm *
algorithm_rsa(unsigned bits)
{
	const struct wire sha256 = { (const uint8_t *)"rsa-sha2-256", 12,
		false };
	const struct wire sha512 = { (const uint8_t *)"rsa-sha2-512", 12,
		false };

	if (bits == 256)
		return algorithm_find(&sha256);
	return bits == 512 ? algorithm_find(&sha512) : NULL;
}

/* --- reading --------------------------------------------------------------- */

EVP_PKEY *
key_from_params(const char *type, int selection, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, selection, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

/* libcrypto checks that the point is on the curve. */
static EVP_PKEY *
read_point(const struct algorithm *a, struct wire *blob)
{
	struct wire curve = wire_text(blob), point = wire_text(blob);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;

	if (build != NULL && wire_is(&curve, a->curve) && point.left > 0 &&
	    point.left <= POINT_MAX && point.at[0] == 4 && /* uncompressed */
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
		a->group, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY,
		point.at, point.left) == 1)
		key = key_from_params("EC", EVP_PKEY_PUBLIC_KEY, build);
	OSSL_PARAM_BLD_free(build);
	return key;
}

static EVP_PKEY *
read_rsa(struct wire *blob)
{
	struct wire exponent = wire_number(blob), modulus = wire_number(blob);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *e = NULL, *n = NULL;
	EVP_PKEY *key = NULL;

	if (!blob->is_bad && exponent.left <= 8 && modulus.left <= NUMBER_MAX) {
		e = BN_bin2bn(exponent.at, (int)exponent.left, NULL);
		n = BN_bin2bn(modulus.at, (int)modulus.left, NULL);
	}
	if (build != NULL && e != NULL && n != NULL &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		key = key_from_params("RSA", EVP_PKEY_PUBLIC_KEY, build);
	if (key != NULL && EVP_PKEY_get_bits(key) < RSA_BITS_USER) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	BN_free(e);
	BN_free(n);
	OSSL_PARAM_BLD_free(build);
	return key;
}

static EVP_PKEY *
read_ed25519(struct wire *blob)
{
	struct wire bytes = wire_text(blob);

	return bytes.left != 32 ? NULL
				: EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519,
				      NULL, bytes.at, bytes.left);
}

EVP_PKEY *
public_key_read(const struct algorithm *a, struct wire blob,
    struct wire *application)
{
	struct wire type = wire_text(&blob);
	EVP_PKEY *key = NULL;

	*application = (struct wire){ 0 };
	if (!wire_is(&type, a->key))
		return NULL;
	if (a->family == FAMILY_ED25519)
		key = read_ed25519(&blob);
	else if (a->family == FAMILY_ECDSA)
		key = read_point(a, &blob);
	else
		key = read_rsa(&blob);
	if (a->is_device)
		*application = wire_text(&blob);
	if (blob.is_bad || blob.left != 0) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

/* --- writing --------------------------------------------------------------- */

static int
write_number(EVP_PKEY *key, const char *name, struct wire_out *to)
{
	uint8_t bytes[NUMBER_MAX];
	BIGNUM *n = NULL;
	int length = -1;

	if (EVP_PKEY_get_bn_param(key, name, &n) == 1 &&
	    BN_num_bytes(n) <= NUMBER_MAX)
		length = BN_bn2bin(n, bytes);
	BN_free(n);
	if (length == -1)
		return -1;
	wire_put_number(to, bytes, (size_t)length);
	return 0;
}

int
public_key_write(const struct algorithm *a, EVP_PKEY *key, struct wire_out *to)
{
	uint8_t bytes[POINT_MAX];
	size_t length = sizeof(bytes);

	wire_put_word(to, a->key);
	if (a->family == FAMILY_RSA)
		return write_number(key, OSSL_PKEY_PARAM_RSA_E, to) == 0 &&
			       write_number(key, OSSL_PKEY_PARAM_RSA_N, to) == 0
			   ? 0
			   : -1;
	if (a->family == FAMILY_ED25519) {
		if (EVP_PKEY_get_raw_public_key(key, bytes, &length) != 1)
			return -1;
	} else {
		wire_put_word(to, a->curve);
		if (EVP_PKEY_get_octet_string_param(key,
			OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, bytes,
			sizeof(bytes), &length) != 1)
			return -1;
	}
	wire_put_text(to, bytes, length);
	return 0;
}
