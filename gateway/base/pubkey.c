/* pubkey.c - public keys as text. */
#include "gateway/base/pubkey.h"

#include <stdint.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/base/base64.h"

static const char *const types[] = {
	"ssh-ed25519",
	"ecdsa-sha2-nistp256",
	"ecdsa-sha2-nistp384",
	"ecdsa-sha2-nistp521",
	"ssh-rsa",
	"sk-ssh-ed25519@openssh.com",
	"sk-ecdsa-sha2-nistp256@openssh.com",
};
#define TYPES COUNT_OF(types)

static const char digits[] = BASE64_DIGITS;

int
key_check(const char *line, struct err *e)
{
	size_t type = strcspn(line, " "), blob;
	uint8_t head[64];
	const char *text;

	for (size_t i = 0;; i++) {
		if (i == TYPES)
			return err_set(e, 0,
			    "type %.*s is not ssh-ed25519,"
			    " ecdsa-sha2-nistp256, -nistp384, -nistp521,"
			    " ssh-rsa, sk-ssh-ed25519@openssh.com or"
			    " sk-ecdsa-sha2-nistp256@openssh.com",
			    (int)(type < 40 ? type : 40), line);
		if (strlen(types[i]) == type &&
		    strncmp(types[i], line, type) == 0)
			break;
	}
	text = line + type + strspn(line + type, " ");
	blob = strcspn(text, " ");
	if (strspn(text, digits) + strspn(text + strspn(text, digits), "=") !=
		blob ||
	    blob % 4 != 0 || blob < 40)
		return err_set(e, 0, "what follows the type is not base64");
	/* A blob starts with the length and the text of its type. */
	if (base64_decode(text, head, 4 + type) != 4 + type ||
	    head[3] != type || memcmp(head + 4, line, type) != 0)
		return err_set(e, 0, "the key's content is not a %.*s",
		    (int)type, line);
	return 0;
}

/* Length of "type blob" without a comment. */
static size_t
essential(const char *line)
{
	size_t type = strcspn(line, " ");
	size_t gap = strspn(line + type, " ");

	return type + gap + strcspn(line + type + gap, " ");
}

bool
key_is_same(const char *a, const char *b)
{
	size_t n = essential(a);

	return n == essential(b) && strncmp(a, b, n) == 0;
}
