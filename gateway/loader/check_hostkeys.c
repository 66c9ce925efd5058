/* check_hostkeys.c - private host keys: whose files they are, and what kinds. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/key_file.h"
#include "gateway/base/scope.h"
#include "gateway/loader/check.h"
#include "gateway/loader/own_user.h"
#include "gateway/wire/msg.h"

/* Client and server agree on a family of keys: of two keys of one family only
 * the last would ever be shown. */
enum family { FAMILY_NONE, FAMILY_ED25519, FAMILY_ECDSA, FAMILY_RSA, FAMILIES };

static const char *const names[FAMILIES] = { "", "ed25519", "ecdsa", "rsa" };

/* What only a key of a family has in its file, once base64 is taken away: its
 * name in OpenSSH's format, its number in PKCS#8. */
static const struct {
	enum family family;
	const char *bytes;
	size_t length;
} marks[] = {
	{ FAMILY_ED25519, "\x00\x00\x00\x0bssh-ed25519", 15 },
	{ FAMILY_ECDSA, "ecdsa-sha2-nistp", 16 },
	{ FAMILY_RSA, "\x00\x00\x00\x07ssh-rsa", 11 },
	{ FAMILY_ED25519, "\x06\x03\x2b\x65\x70", 5 },
	{ FAMILY_ECDSA, "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01", 9 },
	{ FAMILY_RSA, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 11 },
};

static size_t
decode(const char *text, uint8_t *to)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	for (; *text != '\0' && *text != '-'; text++) {
		const char *digit = strchr(digits, *text);

		if (digit == NULL)
			continue; /* the end of a line */
		bits = bits << 6 | (uint32_t)(digit - digits);
		have += 6;
		if (have >= 8) {
			have -= 8;
			to[n++] = (uint8_t)(bits >> have);
		}
	}
	return n;
}

/* FAMILY_NONE: it is no key that is known here; the session program will say
 * what it makes of it. */
static enum family
family_of(const char *path)
{
	CLOSES int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[KEY_FILE_MAX];
	uint8_t bytes[KEY_FILE_MAX];
	ssize_t n = fd == -1 ? -1 : read(fd, text, sizeof(text) - 1);
	enum family found = FAMILY_NONE;
	const char *body;
	size_t size;

	if (n <= 0)
		return FAMILY_NONE;
	text[n] = '\0';
	body = strchr(text, '\n');
	if (strstr(text, "BEGIN RSA ") != NULL)
		found = FAMILY_RSA;
	else if (strstr(text, "BEGIN EC ") != NULL)
		found = FAMILY_ECDSA;
	size = body == NULL ? 0 : decode(body, bytes);
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		if (found == FAMILY_NONE && memmem(bytes, size, marks[i].bytes,
						marks[i].length) != NULL)
			found = marks[i].family;
	}
	explicit_bzero(text, sizeof(text));
	explicit_bzero(bytes, sizeof(bytes));
	return found;
}

/* Private keys are root's alone, as sshd wants them. */
static void
check_file(const struct config *c, int line, const char *key,
    struct diagnostics *out)
{
	struct stat st;

	if (stat(key, &st) == -1)
		diagnose(out, c->file, line,
		    "host key %s: %s; make it with"
		    " 'ssh-keygen -t ed25519 -N \"\" -f %s'",
		    key, strerror(errno), key);
	else if (!S_ISREG(st.st_mode))
		diagnose(out, c->file, line, "host key %s is not a file", key);
	else if ((st.st_mode & 077) != 0)
		diagnose(out, c->file, line,
		    "host key %s can be read by others (mode %04o): cure it"
		    " with 'chmod 600 %s'",
		    key, st.st_mode & 07777, key);
}

/* Whoever runs as the user of the keys could read them. */
static void
check_user(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	const char *user = c->signer_user;
	int line = line_of(group, "signer_user");

	if (!HAS_SIGNER)
		return;
	switch (own_user_find(c, user)) {
	case USER_IS_OWN:
		break;
	case USER_IS_MISSING:
		diagnose(out, c->file, line,
		    "there is no user %s (signer_user), who has the host keys:"
		    " make it with 'useradd --system --user-group"
		    " --no-create-home --shell /usr/sbin/nologin %s'",
		    user, user);
		break;
	case USER_IS_SHARED:
		diagnose(out, c->file, line,
		    "signer_user must be a user of its own, since it has the"
		    " host keys: %s is root, or the user of another option",
		    user);
		break;
	}
}

void
check_host_keys(const struct config *c, config_setting_t *group,
    struct diagnostics *out)
{
	const char *first[FAMILIES] = { NULL };
	int line = line_of(group, "host_keys");

	check_user(c, group, out);
	if (c->host_keys.count == 0)
		diagnose(out, c->file, line,
		    "host_keys names no key: make one with"
		    " 'ssh-keygen -t ed25519 -N \"\" -f ssh_host_ed25519_key'");
	if (c->host_keys.count + c->host_keys_next.count > HOST_KEYS_MAX)
		diagnose(out, c->file, line,
		    "host_keys and host_keys_next name more than %d keys",
		    HOST_KEYS_MAX);
	for (size_t i = 0; i < c->host_keys.count; i++) {
		const char *key = c->host_keys.at[i];
		enum family family = family_of(key);

		check_file(c, line, key, out);
		if (family != FAMILY_NONE && first[family] != NULL)
			diagnose(out, c->file, line,
			    "host keys %s and %s are both %s, and clients are"
			    " shown one of a kind: name the newer one in"
			    " host_keys_next",
			    first[family], key, names[family]);
		first[family] = key;
	}
	for (size_t i = 0; i < c->host_keys_next.count; i++)
		check_file(c, line_of(group, "host_keys_next"),
		    c->host_keys_next.at[i], out);
}
