/* ids.c - are the ids of sandboxes used by users of this host? */
#include "sandbox/builder/hostcheck/ids.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number in field which (from 0) of a line; false when it is none. */
static bool
number_in(const char *line, const char *end, int which, uint64_t *n)
{
	char *after;

	for (; which > 0; which--) {
		line = memchr(line, ':', (size_t)(end - line));
		if (line == NULL)
			return false;
		line++;
	}
	if (line == end || *line < '0' || *line > '9')
		return false;
	errno = 0;
	*n = strtoull(line, &after, 10);
	return errno == 0 && (after == end || *after == ':');
}

static bool
line_overlaps(const char *line, const char *end, enum ids_form form,
    uint64_t first, uint64_t last)
{
	uint64_t from, count = 1;

	if (!number_in(line, end, form == IDS_SINGLE ? 2 : 1, &from) ||
	    (form == IDS_RANGE && !number_in(line, end, 2, &count)) ||
	    count == 0)
		return false;
	/* A range that wraps around has every id above its first. */
	return from <= last && (from >= first || count > first - from);
}

unsigned
ids_overlap(const char *text, enum ids_form form, uint64_t first, uint64_t last,
    char *name, size_t size)
{
	unsigned found = 0;

	while (*text != '\0') {
		const char *end = text + strcspn(text, "\n");

		if (line_overlaps(text, end, form, first, last) && found++ == 0)
			snprintf(name, size, "%.*s", (int)strcspn(text, ":"),
			    text);
		text = *end == '\n' ? end + 1 : end;
	}
	return found;
}
