/* accept_env.c - the few variables that a client may set. */
#include "gateway/base/accept_env.h"

#include <string.h>

#include "gateway/base/array.h"

static const char *const names[] = { "COLORTERM", "LANG", "LANGUAGE",
	"NO_COLOR" };

bool
accept_env(const char *name, size_t n)
{
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (strlen(names[i]) == n && memcmp(names[i], name, n) == 0)
			return true;
	}
	return n >= 3 && memcmp(name, "LC_", 3) == 0 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") >= n;
}
