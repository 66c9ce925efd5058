/* pubkey.c - two lines as public keys: of a configuration, and of a session. */
#include "gateway/base/pubkey.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *a = fuzz_text(data, size);
	char *newline = strchr(a, '\n');
	char *b = newline == NULL
		      ? fuzz_text(data, size)
		      : fuzz_text((uint8_t *)newline + 1, strlen(newline + 1));
	struct err e = { 0 };

	if (newline != NULL)
		*newline = '\0';
	if (key_check(a, &e) == 0)
		MUST(strstr(a, "ssh-") == a || strstr(a, "ecdsa-") == a);
	else
		MUST(e.text[0] != '\0');
	MUST(key_is_same(a, a) && key_is_same(b, b));
	MUST(key_is_same(a, b) == key_is_same(b, a));
	/* What is the same key is as good as the other. */
	if (key_is_same(a, b))
		MUST((key_check(a, &e) == 0) == (key_check(b, &e) == 0));
	free(b);
	free(a);
	return 0;
}
