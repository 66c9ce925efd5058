/* labsay.c - what is told of a lab file, line by line. */
#include "gateway/admin/lab/labsay.h"

#include <string.h>

#include "gateway/base/escape.h"

void
labsay(FILE *out, const char *file, const char *what, const char *text)
{
	while (*text != '\0') {
		char line[1024], safe[4096];
		size_t n = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		text_escape(safe, sizeof(safe), line);
		fprintf(out, "%s: %s%s\n", file, what, safe);
		text += n + (text[n] == '\n');
	}
}
