/* width.c - how many columns of a terminal a UTF-8 text takes. */
#include "gateway/base/width.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "gateway/base/utf8.h"

#define ELLIPSIS "..."

struct range {
	uint32_t first, last;
};

/* Combining characters, which are drawn over the one before. */
static const struct range none[] = { { 0x0300, 0x036f }, { 0x0483, 0x0489 },
	{ 0x0591, 0x05bd }, { 0x0610, 0x061a }, { 0x064b, 0x065f },
	{ 0x200c, 0x200d }, { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f },
	{ 0x1f3fb, 0x1f3ff } };
static const struct range two[] = { { 0x1100, 0x115f }, { 0x2e80, 0xa4cf },
	{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },
	{ 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f },
	{ 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd } };
/* Characters that a terminal obeys instead of showing them. */
static const struct range obeyed[] = { { 0x00, 0x1f }, { 0x7f, 0x9f },
	{ 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2066, 0x2069 },
	{ 0xfff9, 0xfffb } };

#define IN(c, list) is_in(c, list, sizeof(list) / sizeof((list)[0]))

static bool
is_in(uint32_t c, const struct range *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (c >= list[i].first && c <= list[i].last)
			return true;
	}
	return false;
}

/* The character at the start of a text, and its bytes; false for what is not
 * UTF-8, or not to be shown. */
static bool
decode(const char *text, uint32_t *c, size_t *length)
{
	*length = utf8_next(text, c);
	/* U+FFFD of one byte: that byte is no UTF-8. */
	return (*c != 0xfffd || *length != 1) && !IN(*c, obeyed);
}

int
width_of(uint32_t code)
{
	return IN(code, obeyed) ? -1
	       : IN(code, none) ? 0
	       : IN(code, two)	? 2
				: 1;
}

void
width_copy(char *to, size_t size, const char *from, unsigned columns)
{
	size_t at = 0, cut = 0, n;
	unsigned taken = 0;
	uint32_t c;

	for (; *from != '\0'; from += n) {
		bool is_bad = !decode(from, &c, &n);
		unsigned wide = is_bad ? 1 : (unsigned)width_of(c);
		size_t bytes = is_bad ? 1 : n;

		if (taken + strlen(ELLIPSIS) <= columns)
			cut = at;
		if (taken + wide > columns ||
		    at + bytes + sizeof(ELLIPSIS) > size) {
			strcpy(to + cut, ELLIPSIS);
			return;
		}
		if (is_bad)
			to[at] = '?';
		else
			memcpy(to + at, from, n);
		at += bytes;
		taken += wide;
	}
	to[at] = '\0';
}

size_t
width_wrap(const char *text, unsigned columns, size_t *next, unsigned *taken)
{
	size_t at = 0, blank = 0, n;
	unsigned width = 0, width_to_blank = 0;
	uint32_t c;

	for (; text[at] != '\0' && text[at] != '\n'; at += n) {
		unsigned wide =
		    decode(text + at, &c, &n) ? (unsigned)width_of(c) : 1;

		if (text[at] == ' ') {
			blank = at;
			width_to_blank = width;
		}
		if (width + wide > columns && at > 0) {
			*next = blank > 0 ? blank + 1 : at;
			*taken = blank > 0 ? width_to_blank : width;
			return blank > 0 ? blank : at;
		}
		width += wide;
	}
	*next = text[at] == '\n' ? at + 1 : at;
	*taken = width;
	return at;
}
