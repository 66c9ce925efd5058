/* hostkey.c - the host keys that clients are shown. */
#include "gateway/session/transport/hostkey.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "gateway/base/base64.h"
#include "gateway/base/key_file.h"
#include "gateway/base/ssh_bytes.h"

#define RSA_BITS_MIN  3072
#define RSA_BLOB_HEAD 64 /* bytes of a blob that hold all lengths we read */

/* Skip one counted field; returns where the next one begins, or 0. */
static size_t
field(const uint8_t *blob, size_t n, size_t at, uint32_t *length)
{
	if (at + 4 > n)
		return 0;
	*length = (uint32_t)blob[at] << 24 | (uint32_t)blob[at + 1] << 16 |
		  (uint32_t)blob[at + 2] << 8 | blob[at + 3];
	return at + 4;
}

unsigned
rsa_bits(const char *base64)
{
	uint8_t blob[RSA_BLOB_HEAD];
	size_t n = base64_decode(base64, blob, sizeof(blob));
	uint32_t name, exponent, modulus;
	size_t at = field(blob, n, 0, &name);
	unsigned bits;

	/* "ssh-rsa", the exponent, the modulus: RFC 4253, 6.6. */
	if (at == 0 || name != 7 || memcmp(blob + at, "ssh-rsa", 7) != 0)
		return 0;
	at = field(blob, n, at + name, &exponent);
	if (at == 0 || exponent > 16)
		return 0;
	at = field(blob, n, at + exponent, &modulus);
	if (at == 0 || modulus < 2 || modulus > 8192 || at + 2 > n)
		return 0;
	bits = modulus * 8;
	if (blob[at] == 0) { /* keeps the number positive */
		at++;
		bits -= 8;
	}
	for (uint8_t top = blob[at]; bits > 0 && (top & 0x80) == 0;
	     top = (uint8_t)(top << 1)) {
		bits--;
		if (top == 0)
			break;
	}
	return bits;
}

/* The bind object frees its own. */
static int
keep(struct hostkeys *all, ssh_bind to, ssh_key key, const char *path,
    struct err *e)
{
	ssh_key copy = all->count < HOST_KEYS_MAX ? ssh_key_dup(key) : NULL;

	if (copy == NULL)
		return err_set(e, ENOMEM, "host key %s", path);
	all->key[all->count++] = copy;
	if (to != NULL &&
	    ssh_bind_options_set(to, SSH_BIND_OPTIONS_IMPORT_KEY, key) != 0)
		return err_set(e, 0, "host key %s: %s", path,
		    ssh_get_error(to));
	if (to == NULL)
		ssh_key_free(key);
	return 0;
}

#ifdef SHARED_LIBSSH

/* May unauthenticated clients be shown this kind of key? */
static int
check_kind(ssh_key key, const char *path, struct err *e)
{
	char *base64 = NULL;
	unsigned bits;

	switch (ssh_key_type(key)) {
	case SSH_KEYTYPE_ED25519:
	case SSH_KEYTYPE_ECDSA_P256:
	case SSH_KEYTYPE_ECDSA_P384:
	case SSH_KEYTYPE_ECDSA_P521:
		return 0;
	case SSH_KEYTYPE_RSA:
		if (ssh_pki_export_pubkey_base64(key, &base64) != SSH_OK)
			return err_set(e, ENOMEM, "host key %s", path);
		bits = rsa_bits(base64);
		ssh_string_free_char(base64);
		if (bits < RSA_BITS_MIN)
			return err_set(e, 0,
			    "host key %s is RSA of %u bits, less than %d", path,
			    bits, RSA_BITS_MIN);
		return 0;
	default:
		return err_set(e, 0,
		    "host key %s is neither ed25519, ecdsa nor rsa", path);
	}
}

int
hostkey_load(struct hostkeys *all, ssh_bind to, const char *path, struct err *e)
{
	char text[KEY_FILE_MAX];
	ssh_key key = NULL;
	int rc = key_file_read(path, text, e);

	if (rc == 0 && ssh_pki_import_privkey_base64(text, NULL, NULL, NULL,
			   &key) != SSH_OK)
		rc = err_set(e, 0,
		    "host key %s is not a private key without passphrase",
		    path);
	explicit_bzero(text, sizeof(text));
	if (rc == 0)
		rc = check_kind(key, path, e);
	if (rc == 0)
		rc = keep(all, to, key, path, e);
	if (rc == -1)
		ssh_key_free(key); /* of NULL is nothing */
	return rc;
}

#else

/* --- a private key whose secret half is nonsense ------------------------- */

#define BLOB_MAX  2600 /* of an RSA key of 16384 bits, with room */
#define FILE_MAX  (8 * BLOB_MAX)
#define BEGIN	  "-----BEGIN OPENSSH PRIVATE KEY-----\n"
#define END	  "-----END OPENSSH PRIVATE KEY-----\n"
#define MAGIC	  "openssh-key-v1" /* and its NUL */
#define LINE_LONG 64

/* libssh looks at none of these numbers but for their form. */
static void
put_nonsense(struct wire_out *to, size_t n)
{
	uint8_t bytes[BLOB_MAX];

	memset(bytes, 1, sizeof(bytes));
	wire_put_number(to, bytes, n < sizeof(bytes) ? n : sizeof(bytes));
}

static void
put_ed25519(struct wire_out *to, struct wire blob)
{
	struct wire point = wire_text(&blob);
	uint8_t pair[64] = { 0 };

	if (point.left == 32)
		memcpy(pair + 32, point.at, 32);
	else
		to->is_bad = true;
	wire_put_text(to, point.at, point.left);
	wire_put_text(to, pair, sizeof(pair));
}

static void
put_ecdsa(struct wire_out *to, struct wire blob)
{
	struct wire curve = wire_text(&blob), point = wire_text(&blob);

	wire_put_text(to, curve.at, curve.left);
	wire_put_text(to, point.at, point.left);
	to->is_bad = to->is_bad || point.left < 3;
	put_nonsense(to, point.left / 2 - 1);
}

static void
put_rsa(struct wire_out *to, struct wire blob)
{
	struct wire exponent = wire_number(&blob), modulus = wire_number(&blob);

	wire_put_number(to, modulus.at, modulus.left);
	wire_put_number(to, exponent.at, exponent.left);
	to->is_bad = to->is_bad || modulus.left < 2;
	put_nonsense(to, modulus.left - 1); /* the private exponent, */
	for (int i = 0; i < 3; i++)	    /* and what is half as long */
		put_nonsense(to, modulus.left / 2);
}

/* OpenSSH's PROTOCOL.key. */
static void
put_file(struct wire_out *to, struct wire blob)
{
	uint8_t secret[4 * BLOB_MAX];
	struct wire_out in = { secret, 0, sizeof(secret), false };
	struct wire rest = blob, type = wire_text(&rest);

	wire_put_u32(&in, 1); /* twice the same */
	wire_put_u32(&in, 1);
	wire_put_text(&in, type.at, type.left);
	if (wire_is(&type, "ssh-ed25519"))
		put_ed25519(&in, rest);
	else if (wire_is(&type, "ssh-rsa"))
		put_rsa(&in, rest);
	else if (type.left > 6 && memcmp(type.at, "ecdsa-", 6) == 0)
		put_ecdsa(&in, rest);
	else
		in.is_bad = true; /* libssh would lose memory over it */
	wire_put_word(&in, "");
	for (uint8_t i = 1; in.used % 8 != 0 && !in.is_bad; i++)
		wire_put_u8(&in, i);
	for (size_t i = 0; i < sizeof(MAGIC); i++)
		wire_put_u8(to, (uint8_t)MAGIC[i]);
	wire_put_word(to, "none");
	wire_put_word(to, "none");
	wire_put_word(to, "");
	wire_put_u32(to, 1);
	wire_put_text(to, blob.at, blob.left);
	wire_put_text(to, secret, in.used);
	to->is_bad = to->is_bad || in.is_bad;
}

static void
put_lines(char *to, const char *base64)
{
	to = stpcpy(to, BEGIN);
	for (size_t n; *base64 != '\0'; base64 += n) {
		n = strnlen(base64, LINE_LONG);
		memcpy(to, base64, n);
		to += n;
		*to++ = '\n';
	}
	strcpy(to, END);
}

static ssh_key
make_private(struct wire blob)
{
	uint8_t bytes[FILE_MAX];
	char base64[BASE64_SIZE(FILE_MAX)];
	char text[sizeof(base64) + sizeof(base64) / LINE_LONG + 128];
	struct wire_out file = { bytes, 0, sizeof(bytes), false };
	ssh_key key = NULL;

	put_file(&file, blob);
	if (file.is_bad)
		return NULL;
	base64_encode(bytes, file.used, base64);
	put_lines(text, base64);
	return ssh_pki_import_privkey_base64(text, NULL, NULL, NULL, &key) ==
		       SSH_OK
		   ? key
		   : NULL;
}

int
hostkey_show(struct hostkeys *all, ssh_bind to, const char *line, struct err *e)
{
	const char *base64 = strchr(line, ' ');
	uint8_t blob[BLOB_MAX];
	size_t n =
	    base64 == NULL ? 0 : base64_decode(base64 + 1, blob, sizeof(blob));
	ssh_key key = make_private((struct wire){ blob, n, false });
	int rc;

	if (key == NULL)
		return err_set(e, 0, "libssh does not take a host key %.40s",
		    line);
	rc = keep(all, to, key, line, e);
	if (rc == -1)
		ssh_key_free(key);
	return rc;
}

int
hostkey_make(ssh_bind to, struct err *e)
{
	ssh_key key = NULL;

	if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) == SSH_OK &&
	    ssh_bind_options_set(to, SSH_BIND_OPTIONS_IMPORT_KEY, key) == 0)
		return 0;
	ssh_key_free(key);
	return err_set(e, 0, "libssh: a key to warm up with");
}

#endif
