/* sshsig.c - a signature as ssh-keygen -Y makes and verifies them. */
#include "gateway/collector/sshsig.h"

#include <stdio.h>
#include <string.h>

#include "gateway/base/base64.h"
#include "gateway/base/ssh_bytes.h"

#define KEY_TYPE    "ssh-ed25519"
#define HASH	    "sha512"
#define MAGIC	    "SSHSIG"
#define VERSION_NOW 1
#define LINE	    70 /* characters of base64, as ssh-keygen has them */

#define RAW_KEY_SIZE   32
#define SIGNATURE_SIZE 64
#define BLOB_MAX       320

static void
put_magic(struct wire_out *w)
{
	for (const char *at = MAGIC; *at != '\0'; at++)
		wire_put_u8(w, (uint8_t)*at);
}

int
sshsig_public_key(EVP_PKEY *ed25519, uint8_t key[SSHSIG_KEY_SIZE],
    struct err *e)
{
	struct wire_out w = { key, 0, SSHSIG_KEY_SIZE, false };
	uint8_t raw[RAW_KEY_SIZE];
	size_t n = sizeof(raw);

	if (EVP_PKEY_get_raw_public_key(ed25519, raw, &n) != 1)
		return err_set(e, 0, "the key for receipts is no ed25519 key");
	wire_put_word(&w, KEY_TYPE);
	wire_put_text(&w, raw, n);
	return w.is_bad ? err_set(e, 0, "the key for receipts") : 0;
}

/* What is signed in place of the message. */
static int
sign_digest(EVP_PKEY *key, const char *bytes, size_t n,
    uint8_t signature[SIGNATURE_SIZE], struct err *e)
{
	uint8_t digest[EVP_MAX_MD_SIZE], about[BLOB_MAX];
	struct wire_out w = { about, 0, sizeof(about), false };
	size_t length = SIGNATURE_SIZE;
	unsigned size = sizeof(digest);
	EVP_MD_CTX *ctx;
	int ok;

	if (EVP_Digest(bytes, n, digest, &size, EVP_sha512(), NULL) != 1)
		return err_set(e, 0, "SHA-512 of a receipt");
	put_magic(&w);
	wire_put_word(&w, SSHSIG_NAMESPACE);
	wire_put_word(&w, ""); /* reserved */
	wire_put_word(&w, HASH);
	wire_put_text(&w, digest, size);
	ctx = EVP_MD_CTX_new();
	ok = !w.is_bad && ctx != NULL &&
	     EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
	     EVP_DigestSign(ctx, signature, &length, about, w.used) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : err_set(e, 0, "a receipt cannot be signed");
}

static void
armour(const struct wire_out *blob, char text[SSHSIG_SIZE])
{
	char base64[BASE64_SIZE(BLOB_MAX)];
	int n = snprintf(text, SSHSIG_SIZE, "-----BEGIN SSH SIGNATURE-----\n");

	base64_encode(blob->at, blob->used, base64);
	for (const char *at = base64; *at != '\0'; at += strnlen(at, LINE))
		n += snprintf(text + n, SSHSIG_SIZE - (size_t)n, "%.*s\n", LINE,
		    at);
	snprintf(text + n, SSHSIG_SIZE - (size_t)n,
	    "-----END SSH SIGNATURE-----\n");
}

int
sshsig_sign(EVP_PKEY *ed25519, const char *bytes, size_t n,
    char text[SSHSIG_SIZE], struct err *e)
{
	uint8_t key[SSHSIG_KEY_SIZE], signature[SIGNATURE_SIZE];
	uint8_t signed_by[BLOB_MAX], blob[BLOB_MAX];
	struct wire_out s = { signed_by, 0, sizeof(signed_by), false };
	struct wire_out w = { blob, 0, sizeof(blob), false };

	if (sshsig_public_key(ed25519, key, e) == -1 ||
	    sign_digest(ed25519, bytes, n, signature, e) == -1)
		return -1;
	wire_put_word(&s, KEY_TYPE);
	wire_put_text(&s, signature, sizeof(signature));
	put_magic(&w);
	wire_put_u32(&w, VERSION_NOW);
	wire_put_text(&w, key, sizeof(key));
	wire_put_word(&w, SSHSIG_NAMESPACE);
	wire_put_word(&w, "");
	wire_put_word(&w, HASH);
	wire_put_text(&w, signed_by, s.used);
	if (s.is_bad || w.is_bad)
		return err_set(e, 0, "a signature is too long");
	armour(&w, text);
	return 0;
}
