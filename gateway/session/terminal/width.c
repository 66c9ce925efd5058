/* width.c - how many columns of a terminal a UTF-8 text takes. */
#include "gateway/session/terminal/width.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define ELLIPSIS "..."

struct range {
	uint32_t first, last;
};

/* They are drawn over the character before. */
static const struct range none[] = { { 0x0300, 0x036f }, { 0x0483, 0x0489 },
	{ 0x0591, 0x05bd }, { 0x0610, 0x061a }, { 0x064b, 0x065f },
	{ 0x200c, 0x200d }, { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f },
	{ 0x1f3fb, 0x1f3ff } };
static const struct range two[] = { { 0x1100, 0x115f }, { 0x2e80, 0xa4cf },
	{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },
	{ 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1f64f },
	{ 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd } };
/* What a terminal obeys. */
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

/* The character at the start of a text, and its bytes; 0 for what is none,
 * which is one byte long. */
static uint32_t
decode(const char *text, size_t *length)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)text[0];
	size_t n = first < 0x80	  ? 1
		   : first < 0xc0 ? 0
		   : first < 0xe0 ? 2
		   : first < 0xf0 ? 3
		   : first < 0xf8 ? 4
				  : 0;
	uint32_t c = n == 1 ? first : first & (0x7fu >> n);

	*length = 1;
	if (n == 0)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*length = n;
	return c;
}

void
width_copy(char *to, size_t size, const char *from, unsigned columns)
{
	size_t at = 0, cut = 0, n;
	unsigned taken = 0;

	for (; *from != '\0'; from += n) {
		uint32_t c = decode(from, &n);
		bool is_bad = c == 0 || IN(c, obeyed);
		size_t bytes = is_bad ? 1 : n;
		unsigned wide = is_bad	      ? 1
				: IN(c, none) ? 0
				: IN(c, two)  ? 2
					      : 1;

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
