/* json.c - what scripts read. */
#include "gateway/admin/json.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "gateway/base/utf8.h"

#define WORD_SIZE 128 /* of an array; the rest of a longer one is left out */

/* RFC 8259 section 7: beyond the first 65536 code points a pair of surrogates.
 * ASCII only, so that neither a terminal nor a locale makes anything of it. */
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

void
json_member_words(FILE *out, const char *before, const char *name,
    const char *words)
{
	char word[WORD_SIZE];
	size_t count = 0, n;

	fprintf(out, "%s\"%s\":[", before, name);
	for (words += strspn(words, " "); *words != '\0';
	     words += strspn(words, " ")) {
		n = strcspn(words, " ");
		snprintf(word, sizeof(word), "%.*s", (int)n, words);
		fputs(count++ == 0 ? "" : ",", out);
		json_string(out, word);
		words += n;
	}
	fputc(']', out);
}
