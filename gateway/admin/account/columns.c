/*
 * columns.c - what the columns of a roster are, by the names in its header.
 *
 * A column that is not known is an error: a file whose "User-Name" were ignored
 * would make accounts with other names than the instructor has told the class.
 */
#include "gateway/admin/account/columns.h"

#include <stdio.h>
#include <string.h>

#include "gateway/admin/account/columns_words.h"
#include "gateway/admin/account/fold.h"
#include "gateway/base/array.h"
#include "gateway/base/utf8.h"

#define WORD_SIZE 64

#define KNOWN                                                                  \
	"known are username (or name), full name, first name, last name,"      \
	" e-mail, groups, key, password and time factor, and what Moodle, "    \
	"Canvas, Google"                                                       \
	" Classroom and GitHub Classroom call them, see atoll(1)"

/* Make " emailadresse " of "E-Mail-Adresse", with blanks, so that strstr(3)
 * finds it in a list of words as a whole word; false when nothing is left.
 * What is in brackets, as Google's [Required] is, does not count. */
static bool
fold_word(const char *text, char word[WORD_SIZE])
{
	size_t at = 1;
	uint32_t code;
	char one[2];

	word[0] = ' ';
	for (; *text != '\0' && *text != '['; text += utf8_next(text, &code)) {
		const char *more;

		utf8_next(text, &code);
		more = fold(code, one);
		for (; more != NULL && *more != '\0'; more++) {
			bool counts = (*more >= 'a' && *more <= 'z') ||
				      (*more >= '0' && *more <= '9');

			if (at == WORD_SIZE - 2)
				return false; /* longer than all we know */
			if (counts)
				word[at++] = *more;
		}
	}
	word[at] = ' ';
	word[at + 1] = '\0';
	return at > 1;
}

static const struct word *
look_up(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (strstr(words[i].names, word) != NULL)
			return &words[i];
	}
	return NULL;
}

/* Does the text end with a number behind a blank?  "Student 1" is a person in a
 * file without a header, though "Gruppe 1" is a column. */
static bool
has_apart(const char *text)
{
	size_t n = strlen(text);

	while (n > 0 && text[n - 1] >= '0' && text[n - 1] <= '9')
		n--;
	return n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t');
}

/* Which column has this name, or NULL.  Moodle numbers some: group1,
 * cohort2. */
static const struct word *
find_word(const char *text)
{
	char word[WORD_SIZE];
	const struct word *found;
	size_t n;

	if (!fold_word(text, word))
		return NULL;
	found = look_up(word);
	if (found != NULL)
		return found;
	n = strlen(word) - 1;
	while (n > 1 && word[n - 1] >= '0' && word[n - 1] <= '9')
		n--;
	strcpy(word + n, " ");
	found = n > 1 ? look_up(word) : NULL;
	return found != NULL && found->column != COLUMN_GROUPS &&
		       has_apart(text)
		   ? NULL
		   : found;
}

/* An e-mail address, a key or a hash of a password is no name of a column: the
 * line is a person's, and the file has no header. */
static bool
is_data(const char *text)
{
	static const char *const begin[] = { "ssh-", "ecdsa-", "sk-", "$" };

	text += strspn(text, " \t");
	for (size_t i = 0; i < COUNT_OF(begin); i++) {
		if (strncmp(text, begin[i], strlen(begin[i])) == 0)
			return true;
	}
	return strchr(text, '@') != NULL && strchr(text, ' ') == NULL;
}

void
columns_default(struct columns *c)
{
	static const enum column order[] = { COLUMN_LOGIN, COLUMN_FULL_NAME,
		COLUMN_GROUPS, COLUMN_KEY, COLUMN_PASSWORD };

	*c = (struct columns){ .count = COUNT_OF(order) };
	for (size_t i = 0; i < c->count; i++) {
		c->at[i] = order[i];
		c->of[order[i]] = i + 1;
	}
}

static size_t
kept(const struct csv_row *row)
{
	return row->used < CSV_FIELDS ? row->used : CSV_FIELDS;
}

bool
columns_is_header(const struct csv_row *row)
{
	bool has_word = false;

	for (size_t i = 0; i < kept(row); i++) {
		if (is_data(row->field[i]))
			return false;
		has_word = has_word || find_word(row->field[i]) != NULL;
	}
	return has_word;
}

static int
unknown(const char *name, struct err *e)
{
	char safe[64];

	utf8_printable(safe, sizeof(safe), name);
	return err_set(e, 0,
	    "\"%s\" is no column that is known, in a line that is a header, as "
	    "it"
	    " has others that are; " KNOWN
	    "; remove the column, or have it ignored with --skip-unknown",
	    safe);
}

/* A roster may have two columns of logins, as GitHub Classroom's has the
 * school's and GitHub's: the one of the lower rank is taken.  Any other two are
 * an error. */
static int
take(struct columns *c, size_t i, const struct word *w, unsigned *login_rank,
    struct err *e)
{
	size_t *of = &c->of[w->column];

	c->at[i] = w->column;
	if (w->column == COLUMN_IGNORED || w->column == COLUMN_GROUPS)
		return 0;
	if (w->column == COLUMN_LOGIN && *of != 0 && w->rank != *login_rank) {
		size_t worse = w->rank < *login_rank ? *of - 1 : i;

		c->at[worse] = COLUMN_IGNORED;
		if (worse == i)
			return 0;
	} else if (*of != 0) {
		return err_set(e, 0,
		    "columns %zu and %zu are both the same thing: remove one of"
		    " them",
		    *of, i + 1);
	}
	if (w->column == COLUMN_LOGIN)
		*login_rank = w->rank;
	*of = i + 1;
	return 0;
}

/* "Name" beside a first name is the last name in German and French, beside a
 * last name the first in Spanish, beside a login or an address both; alone it
 * is what the account is called. */
static enum column
meaning_of_name(const struct columns *c)
{
	bool first = c->of[COLUMN_FIRST] != 0, last = c->of[COLUMN_LAST] != 0;
	bool login = c->of[COLUMN_LOGIN] != 0;

	if (first != last)
		return first ? COLUMN_LAST : COLUMN_FIRST;
	if (first || c->of[COLUMN_FULL_NAME] != 0)
		return login ? COLUMN_IGNORED : COLUMN_LOGIN;
	return login || c->of[COLUMN_EMAIL] != 0 ? COLUMN_FULL_NAME
						 : COLUMN_LOGIN;
}

int
columns_read(struct columns *c, const struct csv_row *row, bool skip_unknown,
    struct err *e)
{
	unsigned rank = 0;
	size_t name;

	*c = (struct columns){ .count = kept(row) };
	for (size_t i = 0; i < c->count; i++) {
		const struct word *w = find_word(row->field[i]);
		const char *text = row->field[i];

		if (w != NULL) {
			if (take(c, i, w, &rank, e) == -1)
				return -1;
		} else if (text[strspn(text, " \t")] == '\0') {
			c->at[i] = COLUMN_UNNAMED;
		} else if (skip_unknown) {
			c->at[i] = COLUMN_IGNORED;
		} else {
			return unknown(text, e);
		}
	}
	name = c->of[COLUMN_NAME];
	if (name != 0) {
		c->at[name - 1] = meaning_of_name(c);
		c->of[c->at[name - 1]] = name;
	}
	if (c->of[COLUMN_LOGIN] == 0 && c->of[COLUMN_EMAIL] == 0)
		return err_set(e, 0,
		    "the header has no column of user names or e-mail"
		    " addresses; " KNOWN);
	return 0;
}
