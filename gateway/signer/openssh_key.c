/* openssh_key.c - the file that ssh-keygen(1) writes. */
#include "gateway/signer/openssh_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <string.h>

#include "gateway/base/base64.h"
#include "gateway/base/key_file.h"
#include "gateway/signer/algorithm.h"

#define BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define MAGIC "openssh-key-v1" /* and its NUL */

bool
openssh_key_is(const char *text)
{
	return strstr(text, BEGIN) != NULL;
}

static BIGNUM *
read_number(struct wire *w)
{
	struct wire n = wire_number(w);

	return n.is_bad || n.left == 0 || n.left > NUMBER_MAX
		   ? NULL
		   : BN_bin2bn(n.at, (int)n.left, NULL);
}

/* --- one kind each ----------------------------------------------------------- */

static EVP_PKEY *
read_ed25519(struct wire *w)
{
	struct wire secret;

	wire_text(w); /* the public half, which follows from the other */
	secret = wire_text(w);
	return secret.left != 64 ? NULL
				 : EVP_PKEY_new_raw_private_key(
				       EVP_PKEY_ED25519, NULL, secret.at, 32);
}

static EVP_PKEY *
read_ecdsa(const struct algorithm *a, struct wire *w)
{
	struct wire curve = wire_text(w), point = wire_text(w);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *d = read_number(w);
	EVP_PKEY *key = NULL;

	if (build != NULL && d != NULL && wire_is(&curve, a->curve) &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
		a->group, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY,
		point.at, point.left) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, d) == 1)
		key = key_from_params("EC", EVP_PKEY_KEYPAIR, build);
	BN_clear_free(d);
	OSSL_PARAM_BLD_free(build);
	return key;
}

enum rsa_number { RSA_N, RSA_E, RSA_D, RSA_IQMP, RSA_P, RSA_Q, RSA_DP, RSA_DQ };
#define RSA_NUMBERS (RSA_DQ + 1)
#define RSA_IN_FILE RSA_DP

/* d modulo p - 1 and q - 1: they are not in the file. */
static bool
add_exponents(BIGNUM *n[RSA_NUMBERS])
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *less = BN_new();
	bool is_good = ctx != NULL && less != NULL;

	for (int i = 0; i < 2 && is_good; i++) {
		n[RSA_DP + i] = BN_new();
		is_good = n[RSA_DP + i] != NULL &&
			  BN_sub(less, n[RSA_P + i], BN_value_one()) == 1 &&
			  BN_mod(n[RSA_DP + i], n[RSA_D], less, ctx) == 1;
	}
	BN_clear_free(less);
	BN_CTX_free(ctx);
	return is_good;
}

static EVP_PKEY *
read_rsa(struct wire *w)
{
	static const char *const names[RSA_NUMBERS] = { OSSL_PKEY_PARAM_RSA_N,
		OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_D,
		OSSL_PKEY_PARAM_RSA_COEFFICIENT1, OSSL_PKEY_PARAM_RSA_FACTOR1,
		OSSL_PKEY_PARAM_RSA_FACTOR2, OSSL_PKEY_PARAM_RSA_EXPONENT1,
		OSSL_PKEY_PARAM_RSA_EXPONENT2 };
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n[RSA_NUMBERS] = { NULL };
	bool is_good = build != NULL;
	EVP_PKEY *key = NULL;

	for (int i = 0; i < RSA_IN_FILE && is_good; i++) {
		n[i] = read_number(w);
		is_good = n[i] != NULL;
	}
	is_good = is_good && add_exponents(n);
	for (int i = 0; i < RSA_NUMBERS && is_good; i++)
		is_good = OSSL_PARAM_BLD_push_BN(build, names[i], n[i]) == 1;
	if (is_good)
		key = key_from_params("RSA", EVP_PKEY_KEYPAIR, build);
	for (int i = 0; i < RSA_NUMBERS; i++)
		BN_clear_free(n[i]);
	OSSL_PARAM_BLD_free(build);
	return key;
}

/* --- the file ---------------------------------------------------------------- */

static EVP_PKEY *
read_private(struct wire w)
{
	uint32_t check = wire_u32(&w), again = wire_u32(&w);
	struct wire type = wire_text(&w);
	const struct algorithm *a = algorithm_find(&type);

	if (w.is_bad || check != again)
		return NULL;
	if (wire_is(&type, "ssh-rsa"))
		return read_rsa(&w);
	if (a == NULL || a->is_device)
		return NULL;
	return a->family == FAMILY_ED25519 ? read_ed25519(&w)
					   : read_ecdsa(a, &w);
}

static EVP_PKEY *
read_file(struct wire w)
{
	struct wire cipher;

	if (w.left < sizeof(MAGIC) || memcmp(w.at, MAGIC, sizeof(MAGIC)) != 0)
		return NULL;
	w.at += sizeof(MAGIC);
	w.left -= sizeof(MAGIC);
	cipher = wire_text(&w);
	wire_text(&w); /* how a passphrase becomes a key, */
	wire_text(&w); /* and with what */
	if (!wire_is(&cipher, "none") || wire_u32(&w) != 1)
		return NULL;
	wire_text(&w); /* the public half */
	return read_private(wire_text(&w));
}

/* The digits of all lines, one after the other. */
static void
join_lines(char *text)
{
	char *to = text;

	for (; *text != '\0' && *text != '-'; text++) {
		if (*text != '\n' && *text != '\r')
			*to++ = *text;
	}
	*to = '\0';
}

EVP_PKEY *
openssh_key_read(char *text)
{
	char *body = strstr(text, BEGIN) + strlen(BEGIN);
	uint8_t bytes[KEY_FILE_MAX];
	EVP_PKEY *key;
	size_t n;

	join_lines(body);
	n = base64_decode(body, bytes, sizeof(bytes));
	key = read_file((struct wire){ bytes, n, false });
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return key;
}
