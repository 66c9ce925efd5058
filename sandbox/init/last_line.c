/* last_line.c - the last line that a terminal's program has printed. */
#include "sandbox/init/last_line.h"

#include <stdbool.h>
#include <string.h>

#include "gateway/base/utf8.h"

#define ESC	   0x1b
#define LOOK_BYTES 8192 /* at so much of the end */

enum { PLAIN, ESCAPE, CSI, STRING };

struct reader {
	int state;
	char line[LAST_LINE_SIZE]; /* that is being printed */
	size_t length, at;	   /* bytes of it, and where the cursor is */
	char last[LAST_LINE_SIZE]; /* that was complete and not blank */
};

static void
end_line(struct reader *r)
{
	r->line[r->length] = '\0';
	if (r->line[strspn(r->line, " ")] != '\0')
		memcpy(r->last, r->line, r->length + 1);
	r->length = r->at = 0;
}

/* Bytes and not characters are counted: what is written over is near enough. */
static void
put(struct reader *r, char c)
{
	if (r->at == sizeof(r->line) - 1)
		return;
	r->line[r->at++] = c;
	if (r->at > r->length)
		r->length = r->at;
}

static void
take_plain(struct reader *r, uint8_t c)
{
	switch (c) {
	case ESC:
		r->state = ESCAPE;
		return;
	case '\n':
		end_line(r);
		return;
	case '\r':
		r->at = 0;
		return;
	case '\b':
		r->at -= r->at > 0;
		return;
	case '\t':
		put(r, ' ');
		return;
	default:
		if (c >= 0x20 && c != 0x7f)
			put(r, (char)c);
	}
}

static void
take_escape(struct reader *r, uint8_t c)
{
	if (c == '[')
		r->state = CSI;
	else if (c == ']' || c == 'P' || c == '^' || c == '_' || c == 'X')
		r->state = STRING;
	else if (c != ESC && (c < 0x20 || c >= 0x30))
		r->state = PLAIN;
}

/* To another row, or all is erased: what follows is another line. */
static bool
moves_away(uint8_t c)
{
	return c != '\0' && strchr("ABEFHJdfrSTLM", c) != NULL;
}

static void
take_csi(struct reader *r, uint8_t c)
{
	if (c < 0x40)
		return;
	r->state = PLAIN;
	if (c == 'K')
		r->length = r->at;
	/* A shell erases what is below the prompt: that moves nothing. */
	else if (moves_away(c) && (c != 'J' || r->at == 0))
		end_line(r);
}

void
last_line(const uint8_t *bytes, size_t n, char *to)
{
	struct reader r = { .state = PLAIN };

	for (size_t i = n > LOOK_BYTES ? n - LOOK_BYTES : 0; i < n; i++) {
		uint8_t c = bytes[i];

		if (r.state == PLAIN)
			take_plain(&r, c);
		else if (r.state == ESCAPE)
			take_escape(&r, c);
		else if (r.state == CSI)
			take_csi(&r, c);
		else if (c == ESC)
			r.state = ESCAPE;
		else if (c == '\a')
			r.state = PLAIN;
	}
	end_line(&r);
	utf8_printable(to, LAST_LINE_SIZE, r.last);
}
