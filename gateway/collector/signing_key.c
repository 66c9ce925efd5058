/* signing_key.c - the key that receipts are signed with. */
#include "gateway/collector/signing_key.h"

#include <errno.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/base64.h"
#include "gateway/collector/small_file.h"
#include "gateway/collector/sshsig.h"

#define KEY_FILE    ".key"
#define PUBLIC_FILE ".allowed_signers"
#define KEY_MAX	    1024 /* characters of its file; it has 119 */

static EVP_PKEY *
parse(const char *text)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	EVP_PKEY *key =
	    bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	BIO_free(bio);
	if (key != NULL && !EVP_PKEY_is_a(key, "ED25519")) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

/* As parse() reads it; false: libcrypto failed. */
static bool
print(EVP_PKEY *key, char text[KEY_MAX])
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *at = NULL;
	long n;
	bool ok = bio != NULL && PEM_write_bio_PrivateKey(bio, key, NULL, NULL,
				     0, NULL, NULL) == 1;

	n = ok ? BIO_get_mem_data(bio, &at) : 0;
	ok = ok && n > 0 && n < KEY_MAX;
	if (ok)
		snprintf(text, KEY_MAX, "%.*s", (int)n, at);
	BIO_free(bio);
	return ok;
}

static int
make(struct signing_key *k, int dir, struct err *e)
{
	char text[KEY_MAX];
	int rc;

	k->pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (k->pkey == NULL || !print(k->pkey, text))
		return err_set(e, 0, "a key for receipts cannot be made");
	rc = small_file_write(dir, KEY_FILE, text, strlen(text), e);
	explicit_bzero(text, sizeof(text));
	return rc;
}

/* Written anew at each start: it says no more than the key does. */
static int
publish(const struct signing_key *k, int dir, struct err *e)
{
	char base64[BASE64_SIZE(SSHSIG_KEY_SIZE)], line[256];
	uint8_t key[SSHSIG_KEY_SIZE];

	if (sshsig_public_key(k->pkey, key, e) == -1)
		return -1;
	base64_encode(key, sizeof(key), base64);
	snprintf(line, sizeof(line),
	    "atoll namespaces=\"" SSHSIG_NAMESPACE "\" ssh-ed25519 %s\n",
	    base64);
	return small_file_write(dir, PUBLIC_FILE, line, strlen(line), e);
}

int
signing_key_open(struct signing_key *k, int dir, struct err *e)
{
	char text[KEY_MAX];
	int rc = small_file_read(dir, KEY_FILE, text, sizeof(text));

	k->pkey = NULL;
	if (rc == -1 && errno != ENOENT)
		return err_set(e, errno, "collected/" KEY_FILE);
	if (rc == -1) {
		rc = make(k, dir, e);
	} else {
		k->pkey = parse(text);
		explicit_bzero(text, sizeof(text));
		if (k->pkey == NULL)
			rc = err_set(e, 0,
			    "collected/" KEY_FILE
			    " is no ed25519 key: put its backup there, or move"
			    " it away to have another made");
	}
	if (rc == 0)
		rc = publish(k, dir, e);
	if (rc == -1)
		signing_key_close(k);
	return rc;
}

void
signing_key_close(struct signing_key *k)
{
	EVP_PKEY_free(k->pkey);
	k->pkey = NULL;
}
