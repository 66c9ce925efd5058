/* loginname.c - names of accounts, made of what another system calls people. */
#include "gateway/admin/account/loginname.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/account/fold.h"
#include "gateway/base/utf8.h"

struct given {
	char name[NAME_SIZE];
	unsigned next; /* number that was not tried yet */
};

struct loginnames {
	void *tree; /* of struct given, see tsearch(3) */
};

bool
naming_parse(const char *word, enum naming *to)
{
	static const char *const known[NAMINGS] = { "", "email", "lower" };

	for (unsigned i = NAMING_EMAIL; i < NAMINGS; i++) {
		if (strcmp(word, known[i]) == 0) {
			*to = i;
			return true;
		}
	}
	return false;
}

/* Append what is_name() allows: a letter, a digit or _ first, a hyphen for
 * anything that is not allowed, and no two hyphens in a row.  Returns the new
 * length. */
static size_t
put(char to[NAME_SIZE], size_t at, char c)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	bool is_letter = c != '\0' && strchr(letters, c) != NULL;

	if (!is_letter && c != '.')
		c = '-';
	if (at == NAME_SIZE - 1 || (!is_letter && at == 0) ||
	    (c == '-' && to[at - 1] == '-'))
		return at;
	to[at] = c;
	return at + 1;
}

bool
loginname_make(const char *from, enum naming how, char to[NAME_SIZE])
{
	size_t at = 0;
	uint32_t code;
	char one[2];

	for (; *from != '\0'; from += utf8_next(from, &code)) {
		const char *more;

		utf8_next(from, &code);
		if (code == '@' && how == NAMING_EMAIL)
			break;
		more = fold(code, one);
		if (more == NULL)
			at = put(to, at, '-');
		for (; more != NULL && *more != '\0'; more++)
			at = put(to, at, *more);
	}
	while (at > 0 && (to[at - 1] == '-' || to[at - 1] == '.'))
		at--;
	to[at] = '\0';
	return is_name(to);
}

static int
compare(const void *left, const void *right)
{
	const struct given *l = left, *r = right;

	return strcmp(l->name, r->name);
}

/* Find or add a name; NULL without memory. */
static struct given *
note(struct loginnames *l, const char name[NAME_SIZE], bool *is_new)
{
	struct given *g = malloc(sizeof(*g)), **there;

	if (g == NULL)
		return NULL;
	strcpy(g->name, name);
	g->next = 2;
	there = tsearch(g, &l->tree, compare);
	*is_new = there != NULL && *there == g;
	if (!*is_new)
		free(g);
	return there == NULL ? NULL : *there;
}

struct loginnames *
loginnames_new(void)
{
	static const char reserved[][NAME_SIZE] = { "root", "new",
		"anonymous" };
	struct loginnames *l = calloc(1, sizeof(*l));
	bool is_new;

	for (size_t i = 0; l != NULL && i < sizeof(reserved) / NAME_SIZE; i++) {
		if (note(l, reserved[i], &is_new) == NULL) {
			loginnames_free(l);
			return NULL;
		}
	}
	return l;
}

void
loginnames_free(struct loginnames *l)
{
	if (l == NULL)
		return;
	tdestroy(l->tree, free);
	free(l);
}

/* Each name keeps the number it has got to: a thousand of one name would be
 * tried one after the other otherwise, for each of them. */
int
loginnames_give(struct loginnames *l, char name[NAME_SIZE], bool must_stay,
    struct err *e)
{
	bool is_new;
	struct given *base = note(l, name, &is_new);

	while (base != NULL && !is_new && !must_stay) {
		char number[12];
		size_t room;

		snprintf(number, sizeof(number), "%u", base->next++);
		room = NAME_SIZE - 1 - strlen(number);
		snprintf(name, NAME_SIZE, "%.*s%s", (int)room, base->name,
		    number);
		if (note(l, name, &is_new) == NULL)
			base = NULL;
	}
	return base == NULL ? err_set(e, ENOMEM, "names") : 0;
}
