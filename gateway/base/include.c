/*
 * include.c - does a text of libconfig's read another file?
 *
 * The libconfig of Debian 12 has no function that could refuse it.  Its scanner
 * knows an @include by the beginning of a line, and nowhere else.  One that
 * stands in a comment or a string counts too: better one too many.
 */
#include "gateway/base/include.h"

#include <stddef.h>
#include <string.h>

#define WORD "@include"

int
include_line(const char *text)
{
	int line = 1;

	while (text != NULL) {
		text += strspn(text, " \t");
		if (strncmp(text, WORD, strlen(WORD)) == 0)
			return line;
		text = strchr(text, '\n');
		if (text != NULL)
			text++;
		line++;
	}
	return 0;
}
