/* methods.c - which methods of password hashes this site has. */
#include "gateway/monitor/accounts/methods.h"

#include <string.h>

/* A method is there before any account is: the first login to a name that is no
 * account takes as long as later ones. */
static const char usual[] = "$y$j9T$ZFtsrFOy3xwxwqMNSiFSL.$"
			    "TV.ynGYS8dKUD.1OGkZHD7fbCHSHoXd9hkRU7NCAn2D";

/* Behind the next dollar sign, or at the end. */
static size_t
field_end(const char *hash, size_t at)
{
	at += strcspn(hash + at, "$");
	return hash[at] == '\0' ? at : at + 1;
}

/* How much of a hash says method and cost: "$y$j9T$", "$2b$12$", "$6$" or
 * "$6$rounds=10000$", and of "$7$" the eleven characters after it. */
static size_t
prefix_length(const char *hash)
{
	size_t id = hash[0] == '$' ? field_end(hash, 1) : 0;

	if (strncmp(hash, "$7$", 3) == 0)
		return strnlen(hash, 14);
	if (strncmp(hash, "$y$", 3) == 0 || strncmp(hash, "$gy$", 4) == 0 ||
	    strncmp(hash, "$2", 2) == 0 ||
	    strncmp(hash + id, "rounds=", 7) == 0)
		return field_end(hash, id);
	return id;
}

bool
methods_are_same(const char *hash, const char *other)
{
	size_t n = prefix_length(hash);

	return n == prefix_length(other) && strncmp(hash, other, n) == 0;
}

void
methods_init(struct methods *m)
{
	*m = (struct methods){ 0 };
	methods_learn(m, usual);
}

bool
methods_learn(struct methods *m, const char *hash)
{
	if (hash[0] == '\0')
		return true; /* an account without a password */
	for (unsigned i = 0; i < m->count; i++) {
		if (methods_are_same(m->example[i], hash))
			return true;
	}
	if (m->count == METHODS_MAX)
		return false;
	text_copy(m->example[m->count++], TEXT_SIZE, hash);
	return true;
}
