/* hostkey.c - the host's private keys, read before the jail. */
#include "gateway/session/transport/hostkey.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/base64.h"
#include "gateway/base/scope.h"

#define KEY_FILE_MAX  16384
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

/* The permissions are read from the descriptor that is read from. */
static int
read_key(const char *path, char text[KEY_FILE_MAX], struct err *e)
{
	CLOSES int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	ssize_t n;

	if (fd == -1 || fstat(fd, &st) == -1)
		return err_set(e, errno, "host key %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, 0, "host key %s is not a file", path);
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return err_set(e, 0,
		    "host key %s may be read by others (mode %03o):"
		    " chmod 600 it",
		    path, (unsigned)st.st_mode & 0777);
	n = read(fd, text, KEY_FILE_MAX - 1);
	if (n == -1)
		return err_set(e, errno, "read host key %s", path);
	text[n] = '\0';
	return 0;
}

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

int
hostkey_load(struct hostkeys *all, ssh_bind to, const char *path, struct err *e)
{
	char text[KEY_FILE_MAX];
	ssh_key key = NULL;
	int rc = read_key(path, text, e);

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
