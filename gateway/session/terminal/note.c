/* note.c - a line over one row of a terminal, which goes again. */
#include "gateway/session/terminal/note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"

#define NOTE_MS	    2000
#define REVERSE	    "\033[7m"
#define REVERSE_OFF "\033[m"
#define COLS_MAX    (NOTE_BYTES - sizeof(REVERSE REVERSE_OFF))

bool
note_keep(struct note *n, const char *under, size_t length)
{
	note_drop(n);
	n->under = malloc(length);
	if (n->under == NULL)
		return false;
	memcpy(n->under, under, length);
	n->length = length;
	n->ends_ms = clock_ms() + NOTE_MS;
	return true;
}

/* A row of it: over all that stands there, so that it is seen to be no part. */
size_t
note_write(const char *text, uint32_t cols, char to[NOTE_BYTES])
{
	size_t width = cols;
	size_t n = strlen(strcpy(to, REVERSE));

	if (width > COLS_MAX || width == 0)
		width = cols == 0 ? strlen(text) : COLS_MAX;
	if (width > COLS_MAX)
		width = COLS_MAX;
	n += (size_t)snprintf(to + n, NOTE_BYTES - n, "%-*.*s", (int)width,
	    (int)width, text);
	return n + strlen(strcpy(to + n, REVERSE_OFF));
}

void
note_hurry(struct note *n)
{
	n->ends_ms = 0;
}

int
note_timeout(const struct note *n)
{
	int64_t left = n->ends_ms - clock_ms();

	if (n->under == NULL)
		return -1;
	return left < 0 ? 0 : (int)left;
}

void
note_drop(struct note *n)
{
	free(n->under);
	*n = (struct note){ 0 };
}
