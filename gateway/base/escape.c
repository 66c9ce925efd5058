/* escape.c - a text of another process or user, safe for a terminal. */
#include "gateway/base/escape.h"

#include <stdbool.h>
#include <stdio.h>

void
text_escape(char *to, size_t size, const char *from)
{
	size_t at = 0;

	for (; *from != '\0'; from++) {
		unsigned char c = (unsigned char)*from;
		bool plain = c >= 0x20 && c < 0x7f;

		if (at + (plain ? 1 : 4) >= size)
			break;
		if (plain)
			to[at++] = (char)c;
		else
			at +=
			    (size_t)snprintf(to + at, size - at, "\\x%02x", c);
	}
	to[at] = '\0';
}
