/* utf8.c - code points of a text. */
#include "gateway/base/utf8.h"

#include <stdio.h>

#define REPLACEMENT 0xfffd

size_t
utf8_next(const char *text, uint32_t *code)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = p[0] < 0x80	 ? 1
		   : p[0] < 0xc2 ? 0
		   : p[0] < 0xe0 ? 2
		   : p[0] < 0xf0 ? 3
		   : p[0] < 0xf5 ? 4
				 : 0;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	*code = n == 1 ? p[0] : p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			n = 0;
		else
			*code = *code << 6 | (p[i] & 0x3f);
	}
	if (n != 0 && *code >= least[n] && *code <= 0x10ffff &&
	    (*code < 0xd800 || *code > 0xdfff))
		return n;
	*code = REPLACEMENT;
	return 1;
}

bool
utf8_is_valid(const char *text)
{
	uint32_t code;

	while (*text != '\0') {
		size_t n = utf8_next(text, &code);

		if (code == REPLACEMENT && n == 1)
			return false;
		text += n;
	}
	return true;
}

static bool
is_printable(uint32_t code)
{
	return code >= 0x20 && (code < 0x7f || code > 0x9f) &&
	       (code < 0x200e || code > 0x200f) &&
	       (code < 0x2028 || code > 0x202e) &&
	       (code < 0x2066 || code > 0x2069) && code != REPLACEMENT;
}

void
utf8_printable(char *to, size_t size, const char *from)
{
	size_t at = 0;
	uint32_t code;

	while (*from != '\0') {
		size_t n = utf8_next(from, &code);
		bool plain = is_printable(code);

		if (at + (plain ? n : 4 * n) >= size)
			break;
		for (size_t i = 0; i < n; i++) {
			if (plain)
				to[at++] = from[i];
			else
				at += (size_t)snprintf(to + at, size - at,
				    "\\x%02x", (unsigned char)from[i]);
		}
		from += n;
	}
	to[at] = '\0';
}
