/* event_text.c - an event of a stream: a name, and one line of JSON. */
#include "gateway/web/event_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "gateway/base/utf8.h"

#define ESC	    0x1b
#define REPLACEMENT "\xef\xbf\xbd"

/* Without marks that turn the order of writing round, which would reach beyond a text. */
static bool
is_plain(uint32_t code)
{
	return code >= 0x20 && (code < 0x7f || code > 0x9f) &&
	       (code < 0x200e || code > 0x200f) &&
	       (code < 0x2028 || code > 0x202e) &&
	       (code < 0x2066 || code > 0x2069);
}

void
event_string(FILE *to, const char *text)
{
	uint32_t code;

	fputc('"', to);
	for (; *text != '\0';) {
		size_t n = utf8_next(text, &code);

		if (code == '"' || code == '\\')
			fprintf(to, "\\%c", (int)code);
		else if (code == '\n')
			fputs("\\n", to);
		else if (code == '\r')
			; /* lines that end as in a terminal */
		else if (code == ESC)
			fputs("\\u001b", to);
		else if (!is_plain(code) || (code == 0xfffd && n == 1))
			fputs(REPLACEMENT, to);
		else
			fwrite(text, 1, n, to);
		text += n;
	}
	fputc('"', to);
}

void
event_member(FILE *to, const char *before, const char *text)
{
	fputs(before, to);
	event_string(to, text);
}

FILE *
event_begin(char **text, size_t *size, const char *name)
{
	FILE *to;

	*text = NULL;
	to = open_memstream(text, size);
	if (to != NULL)
		fprintf(to, "event: %s\ndata: {", name);
	return to;
}

char *
event_close(FILE *to, char *const *text)
{
	bool is_whole = ferror(to) == 0;

	if (fclose(to) == 0 && is_whole)
		return *text;
	free(*text);
	return NULL;
}

char *
event_end(FILE *to, char *const *text)
{
	fputs("}\n\n", to);
	return event_close(to, text);
}
