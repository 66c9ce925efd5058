/* private_key.c - a host key, from the text of its file. */
#include "gateway/signer/private_key.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/base64.h"
#include "gateway/signer/openssh_key.h"

/* It would ask on a terminal otherwise. */
static int
no_passphrase(char *to, int size, int for_writing, void *arg)
{
	(void)to;
	(void)size;
	(void)for_writing;
	(void)arg;
	return -1;
}

static EVP_PKEY *
read_pem(const char *text)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	EVP_PKEY *key = bio == NULL ? NULL
				    : PEM_read_bio_PrivateKey(bio, NULL,
					  no_passphrase, NULL);

	BIO_free(bio);
	return key;
}

/* May unauthenticated clients be shown this kind of key? */
static int
check_kind(struct private_key *k, const char *name, struct err *e)
{
	struct wire_out blob = { k->blob, 0, sizeof(k->blob), false };
	int bits;

	k->algorithm = algorithm_of(k->key);
	if (k->algorithm == NULL)
		return err_set(e, 0,
		    "host key %s is neither ed25519, ecdsa nor rsa", name);
	bits = EVP_PKEY_get_bits(k->key);
	if (k->algorithm->family == FAMILY_RSA && bits < RSA_BITS_MIN)
		return err_set(e, 0,
		    "host key %s is RSA of %d bits, less than %d", name, bits,
		    RSA_BITS_MIN);
	if (public_key_write(k->algorithm, k->key, &blob) == -1 || blob.is_bad)
		return err_set(e, ENOMEM, "host key %s", name);
	k->length = blob.used;
	return 0;
}

int
private_key_parse(struct private_key *k, char *text, const char *name,
    struct err *e)
{
	*k = (struct private_key){ .key = openssh_key_is(text)
					      ? openssh_key_read(text)
					      : read_pem(text) };
	if (k->key == NULL)
		return err_set(e, 0,
		    "host key %s is not a private key without passphrase",
		    name);
	return check_kind(k, name, e);
}

void
public_key_line(const struct private_key *k, char *line, size_t size)
{
	char base64[BASE64_SIZE(BLOB_MAX)];

	base64_encode(k->blob, k->length, base64);
	snprintf(line, size, "%s %s", k->algorithm->key, base64);
}

/* --- signing ----------------------------------------------------------------- */

/* RFC 5656, section 3.1.2: two numbers, where libcrypto has DER. */
static int
put_ecdsa(const uint8_t *der, size_t n, struct wire_out *to)
{
	uint8_t bytes[80], pair[2 * sizeof(bytes)];
	struct wire_out numbers = { pair, 0, sizeof(pair), false };
	ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &der, (long)n);

	if (s == NULL || BN_num_bytes(ECDSA_SIG_get0_r(s)) > 66 ||
	    BN_num_bytes(ECDSA_SIG_get0_s(s)) > 66) {
		ECDSA_SIG_free(s);
		return -1;
	}
	n = (size_t)BN_bn2bin(ECDSA_SIG_get0_r(s), bytes);
	wire_put_number(&numbers, bytes, n);
	n = (size_t)BN_bn2bin(ECDSA_SIG_get0_s(s), bytes);
	wire_put_number(&numbers, bytes, n);
	ECDSA_SIG_free(s);
	wire_put_text(to, pair, numbers.used);
	return 0;
}

int
private_key_sign(const struct private_key *k, unsigned bits,
    const uint8_t *bytes, size_t n, struct wire_out *to)
{
	const struct algorithm *a = k->algorithm->family == FAMILY_RSA
					? algorithm_rsa(bits)
					: k->algorithm;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t mark[NUMBER_MAX];
	size_t length = sizeof(mark);
	int rc = -1;

	if (a != NULL && ctx != NULL &&
	    EVP_DigestSignInit(ctx, NULL,
		a->digest == NULL ? NULL : a->digest(), NULL, k->key) == 1 &&
	    EVP_DigestSign(ctx, mark, &length, bytes, n) == 1) {
		wire_put_word(to, a->name);
		if (a->family == FAMILY_ECDSA) {
			rc = put_ecdsa(mark, length, to);
		} else {
			wire_put_text(to, mark, length);
			rc = 0;
		}
	}
	EVP_MD_CTX_free(ctx);
	return rc == 0 && !to->is_bad ? 0 : -1;
}
