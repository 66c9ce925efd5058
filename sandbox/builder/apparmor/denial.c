/*
 * denial.c - what AppArmor refused, as the kernel's audit tells it.
 *
 *	audit(1764412345.678:90): apparmor="DENIED" operation="open" class="file"
 *	profile="atoll-sandbox" name="/proc/kcore" pid=812 comm="cat"
 *	requested_mask="r" denied_mask="r" fsuid=1879049192 ouid=0
 */
#include "sandbox/builder/apparmor/denial.h"

#include <stdlib.h>
#include <string.h>

/* A part of the record. */
struct piece {
	const char *at;
	size_t size;
	bool is_quoted;
};

static bool
is_word(const struct piece *p, const char *word)
{
	return p->size == strlen(word) && memcmp(p->at, word, p->size) == 0;
}

/* Take the next "key=value" off; a word without "=" is a key without a value. */
static bool
next_pair(const char **at, const char *end, struct piece *key,
    struct piece *value)
{
	const char *p = *at;

	while (p < end && *p == ' ')
		p++;
	if (p == end)
		return false;
	*key = (struct piece){ .at = p };
	while (p < end && *p != '=' && *p != ' ')
		p++;
	key->size = (size_t)(p - key->at);
	*value = (struct piece){ .at = p };
	if (p < end && *p == '=') {
		p++;
		value->is_quoted = p < end && *p == '"';
		p += value->is_quoted;
		value->at = p;
		while (p < end && *p != (value->is_quoted ? '"' : ' '))
			p++;
		value->size = (size_t)(p - value->at);
		if (value->is_quoted && p < end)
			p++;
	}
	*at = p;
	return true;
}

/* -1: it is none. */
static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What the kernel wrote as digits is what it would have written in marks. */
static bool
take_digits(char *to, size_t size, const struct piece *p)
{
	size_t n = 0;

	if (p->is_quoted || p->size % 2 != 0)
		return false;
	for (size_t i = 0; i < p->size; i += 2) {
		int high = digit(p->at[i]), low = digit(p->at[i + 1]);

		if (high == -1 || low == -1)
			return false;
		if (n < size - 1)
			to[n++] = (char)(high << 4 | low);
	}
	to[n] = '\0';
	return true;
}

static void
take_text(char *to, size_t size, const struct piece *p)
{
	size_t n = p->size < size ? p->size : size - 1;

	if (take_digits(to, size, p))
		return;
	memcpy(to, p->at, n);
	to[n] = '\0';
}

static bool
take_number(uint32_t *to, const struct piece *p)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->size; i++) {
		if (p->at[i] < '0' || p->at[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(p->at[i] - '0');
		if (n > UINT32_MAX)
			return false;
	}
	*to = (uint32_t)n;
	return p->size > 0;
}

/* The first of them that a record has is what it is about. */
static bool
is_what(const struct piece *key)
{
	return is_word(key, "name") || is_word(key, "capname") ||
	       is_word(key, "peer") || is_word(key, "family");
}

static void
take_pair(struct denial *d, const struct piece *key, const struct piece *value)
{
	if (is_word(key, "operation"))
		take_text(d->operation, sizeof(d->operation), value);
	else if (is_word(key, "comm"))
		take_text(d->program, sizeof(d->program), value);
	else if (is_word(key, "denied_mask"))
		take_text(d->wanted, sizeof(d->wanted), value);
	else if (is_word(key, "fsuid"))
		d->has_uid = take_number(&d->uid, value);
	else if (is_word(key, "pid"))
		take_number(&d->pid, value);
	else if (d->what[0] == '\0' && is_what(key))
		take_text(d->what, sizeof(d->what), value);
}

bool
denial_parse(const char *text, size_t size, const char *profile,
    struct denial *d)
{
	bool is_denied = false, is_ours = false;
	const char *end = text + size;
	struct piece key, value;

	*d = (struct denial){ 0 };
	while (next_pair(&text, end, &key, &value)) {
		if (is_word(&key, "apparmor"))
			is_denied = is_word(&value, "DENIED");
		else if (is_word(&key, "profile"))
			is_ours = is_word(&value, profile);
		else
			take_pair(d, &key, &value);
	}
	return is_denied && is_ours;
}
