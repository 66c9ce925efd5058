/* log_pairs.c - the key=value pairs of a line. */
#include "gateway/base/log_pairs.h"

#include <string.h>

#include "gateway/base/array.h"

/* The ids of a tag that are numbers; the others are names, of digits perhaps. */
static const char *const numbers[] = { "conn", "sandbox", "uid", "pid" };

static bool
is_named(const struct log_pair *p, const char *name, size_t length)
{
	return p->name_length == length && memcmp(p->name, name, length) == 0;
}

static const struct log_pair *
find(const struct log_pairs *p, const char *name, size_t length)
{
	for (size_t i = 0; i < p->count; i++) {
		if (is_named(&p->at[i], name, length))
			return &p->at[i];
	}
	return NULL;
}

const struct log_pair *
log_pairs_get(const struct log_pairs *p, const char *name)
{
	return find(p, name, strlen(name));
}

static void
add(struct log_pairs *to, const struct log_pair *one)
{
	if (to->count < LOG_PAIRS_MAX &&
	    find(to, one->name, one->name_length) == NULL)
		to->at[to->count++] = *one;
}

/* A number as JSON writes them, so 007 is none, nor is what has 16 digits. */
static bool
is_number(const char *text, size_t length)
{
	size_t sign = length > 0 && text[0] == '-';
	size_t digits = length - sign;

	for (size_t i = sign; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
	}
	return digits == 1 || (digits > 1 && digits < 16 && text[sign] != '0');
}

/* --- of a tag --------------------------------------------------------------- */

static void
add_word(struct log_pairs *to, const char *word, size_t length)
{
	const char *equals = memchr(word, '=', length);
	struct log_pair one = { .name = word };

	if (equals == NULL || equals == word)
		return;
	one.name_length = (size_t)(equals - word);
	one.value = equals + 1;
	one.length = length - one.name_length - 1;
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		if (is_named(&one, numbers[i], strlen(numbers[i])))
			one.is_number = is_number(one.value, one.length);
	}
	add(to, &one);
}

static void
add_tag(struct log_pairs *to, const char *tag)
{
	while (*(tag += strspn(tag, " ")) != '\0') {
		size_t length = strcspn(tag, " ");

		add_word(to, tag, length);
		tag += length;
	}
}

/* --- of a text -------------------------------------------------------------- */

static bool
is_key_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* The next key in a format, at the beginning of a word; returns what is behind its
 * equals sign, or NULL. */
static const char *
next_key(const char *fmt, const char *from, struct log_pair *one)
{
	const char *equals;

	for (; (equals = strchr(from, '=')) != NULL; from = equals + 1) {
		const char *begin = equals;

		while (begin > fmt && is_key_byte(begin[-1]))
			begin--;
		if (begin == equals || (begin > fmt && begin[-1] != ' '))
			continue;
		one->name = begin;
		one->name_length = (size_t)(equals - begin);
		return equals + 1;
	}
	return NULL;
}

/* Where in the text the value of that key begins. */
static const char *
find_value(const char *text, const char *from, const struct log_pair *one)
{
	size_t with_equals = one->name_length + 1;

	for (const char *at = from; (at = strchr(at, one->name[0])) != NULL;
	     at++) {
		if (strncmp(at, one->name, with_equals) == 0 &&
		    (at == text || at[-1] == ' '))
			return at + with_equals;
	}
	return NULL;
}

/* A text ends where the format goes on; one in quotation marks with them. */
static size_t
text_length(const char *value, const char *fmt)
{
	size_t length = strcspn(fmt, "%");
	const char *end =
	    length == 0 ? NULL : memmem(value, strlen(value), fmt, length);

	return end == NULL ? strlen(value) : (size_t)(end - value);
}

/* The value at text, which the format writes from fmt on.  Returns its end. */
static const char *
take_value(struct log_pair *one, const char *text, const char *fmt)
{
	char conversion = '\0';
	const char *quote;

	one->value = text;
	one->length = strcspn(text, " ");
	if (*fmt == '%') {
		fmt += 1 + strspn(fmt + 1, "-+ #0.123456789lhzjt");
		conversion = *fmt == '\0' ? '\0' : *fmt++;
	}
	if (conversion == 's' && text[0] == '"' &&
	    (quote = strchr(text + 1, '"')) != NULL) {
		one->value = text + 1;
		one->length = (size_t)(quote - text - 1);
		return quote + 1;
	}
	if (conversion == 's') {
		one->length = text_length(text, fmt);
	} else if (conversion == 'd' || conversion == 'i' ||
		   conversion == 'u') {
		one->length = strspn(text, "-0123456789");
		one->is_number = is_number(text, one->length);
	}
	return text + one->length;
}

static void
add_text(struct log_pairs *to, const char *fmt, const char *text)
{
	const char *behind = fmt, *at = text;

	for (;;) {
		struct log_pair one = { 0 };

		behind = next_key(fmt, behind, &one);
		if (behind == NULL)
			return;
		at = find_value(text, at, &one);
		if (at == NULL)
			return;
		at = take_value(&one, at, behind);
		add(to, &one);
	}
}

void
log_pairs_find(struct log_pairs *to, const char *tag, const char *fmt,
    const char *text)
{
	to->count = 0;
	if (tag != NULL)
		add_tag(to, tag);
	add_text(to, fmt, text);
}
