/* json.c - what scripts read. */
#include "gateway/admin/json.h"

#include <inttypes.h>
#include <stddef.h>

/*
 * The next code point of a text and how many bytes it took.  Bytes that are
 * not UTF-8 (RFC 3629: no overlong form, no surrogate) count as one U+FFFD
 * each, since JSON cannot carry them.
 */
static size_t
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
	*code = 0xfffd;
	return 1;
}

/* A JSON string in ASCII: whatever is not printable ASCII is \uXXXX. */
void
json_string(FILE *out, const char *text)
{
	uint32_t code;

	fputc('"', out);
	while (*text != '\0') {
		text += utf8_next(text, &code);
		if (code == '"' || code == '\\')
			fprintf(out, "\\%c", (int)code);
		else if (code >= 0x20 && code < 0x7f)
			fputc((int)code, out);
		else if (code < 0x10000)
			fprintf(out, "\\u%04" PRIx32, code);
		else
			fprintf(out, "\\u%04" PRIx32 "\\u%04" PRIx32,
			    0xd800 + ((code - 0x10000) >> 10),
			    0xdc00 + ((code - 0x10000) & 0x3ff));
	}
	fputc('"', out);
}

/* Members of an object; before is "{" for the first one, "," for the rest. */
void
json_member_text(FILE *out, const char *before, const char *name,
    const char *value)
{
	fprintf(out, "%s\"%s\":", before, name);
	json_string(out, value);
}

void
json_member_number(FILE *out, const char *before, const char *name,
    uint64_t value)
{
	fprintf(out, "%s\"%s\":%" PRIu64, before, name, value);
}
