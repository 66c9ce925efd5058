/* utf16.c - text of UTF-16, as Excel's "Unicode text" is; see RFC 2781. */
#include "gateway/admin/account/utf16.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT 0xfffd

bool
utf16_is(const char *text, size_t size)
{
	return size >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 ||
				memcmp(text, "\xfe\xff", 2) == 0);
}

static uint32_t
unit_at(const unsigned char *p, bool is_big)
{
	return is_big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

/* The code point at p; returns how many bytes it takes, 2 or 4. */
static size_t
next(const unsigned char *p, size_t left, bool is_big, uint32_t *code)
{
	uint32_t low;

	*code = unit_at(p, is_big);
	if (*code < 0xd800 || *code > 0xdfff)
		return 2;
	low = left < 4 ? 0 : unit_at(p + 2, is_big);
	if (*code > 0xdbff || low < 0xdc00 || low > 0xdfff) {
		*code = REPLACEMENT;
		return 2;
	}
	*code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
	return 4;
}

static char *
put(char *to, uint32_t code)
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	for (size_t i = n; i > 1; i--) {
		to[i - 1] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	to[0] = (char)(lead[n] | code);
	return to + n;
}

int
utf16_to_utf8(const char *from, size_t from_size, char **text, size_t *size,
    struct err *e)
{
	const unsigned char *p = (const unsigned char *)from;
	bool is_big = p[0] == 0xfe;
	uint32_t code;
	char *to;

	if (from_size % 2 != 0)
		return err_set(e, 0,
		    "this UTF-16 ends within a character: the file is not "
		    "whole,"
		    " save it again");
	*text = malloc(from_size / 2 * 3 + 1); /* a unit takes 3 at most */
	if (*text == NULL)
		return err_set(e, ENOMEM, "text");
	to = *text;
	for (size_t at = 2; at < from_size;) {
		at += next(p + at, from_size - at, is_big, &code);
		to = put(to, code);
	}
	*size = (size_t)(to - *text);
	return 0;
}
