/* words.c - the secrets that a check names, and what it was given instead. */
#include "sandbox/init/words.h"

#include <string.h>

#define SECRET	"secret"
#define FOREIGN "foreign"

_Static_assert(SECRET_WORDS_MAX <= STRINGS_MAX &&
		   sizeof(struct word_list) <= STRINGS_SIZE,
    "a message has room for all words");

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Length of the name with the blank behind it; 0: it is another line. */
static size_t
begins_with(const char *line, size_t length, const char *name)
{
	size_t n = strlen(name);

	return length > n && memcmp(line, name, n) == 0 && is_blank(line[n])
		   ? n + 1
		   : 0;
}

bool
words_is_line(const char *line, size_t length)
{
	return begins_with(line, length, SECRET) > 0 ||
	       begins_with(line, length, FOREIGN) > 0;
}

static bool
has(const struct word_list *l, const char *word, size_t n)
{
	for (size_t i = 0; i < l->count; i++) {
		if (strncmp(l->at[i], word, n) == 0 && l->at[i][n] == '\0')
			return true;
	}
	return false;
}

static void
add(struct words *w, struct word_list *l, const char *word, size_t n)
{
	if (!is_secret_word(word, n)) {
		w->left_out++;
		return;
	}
	if (has(l, word, n))
		return;
	if (l->count == SECRET_WORDS_MAX) {
		w->left_out++;
		return;
	}
	memcpy(l->at[l->count], word, n);
	l->at[l->count++][n] = '\0';
}

bool
words_take(struct words *w, const char *line, size_t length)
{
	size_t secret = begins_with(line, length, SECRET);
	size_t at = secret > 0 ? secret : begins_with(line, length, FOREIGN);

	if (at == 0)
		return false;
	while (at < length) {
		size_t begin = at;

		while (at < length && !is_blank(line[at]))
			at++;
		if (at > begin)
			add(w, secret > 0 ? &w->secrets : &w->foreign,
			    line + begin, at - begin);
		at++;
	}
	return true;
}

static struct strings
as_strings(const struct word_list *l, char room[sizeof(struct word_list)])
{
	struct strings s = strings_in(room, sizeof(*l));

	for (size_t i = 0; i < l->count; i++)
		strings_add(&s, l->at[i]);
	return s;
}

void
words_tell(const struct words *w, struct msg_checked *m,
    char room[2][sizeof(struct word_list)])
{
	m->secrets = as_strings(&w->secrets, room[0]);
	m->foreign = as_strings(&w->foreign, room[1]);
	m->left_out = w->left_out;
}
