/* log.c - one line on stderr, in one write(2). */
#include "gateway/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The journal's numbers, see sd-daemon(3). */
static const char prefix[LOG_LEVELS][4] = {
	[LOG_ERROR] = "<3>",
	[LOG_WARN] = "<4>",
	[LOG_INFO] = "<6>",
	[LOG_DEBUG] = "<7>",
};

/* Append text, escaped, leaving room for the newline. */
static size_t
append(char *line, size_t at, size_t size, const char *text)
{
	for (; *text != '\0' && at + 6 < size; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c < 0x7f)
			line[at++] = (char)c;
		else
			at += (size_t)snprintf(line + at, size - at, "\\x%02x",
			    c);
	}
	return at;
}

const char *
log_value(char to[LOG_VALUE_SIZE], const char *text)
{
	size_t at = 0;

	to[at++] = '"';
	for (; *text != '\0' && at + 6 < LOG_VALUE_SIZE; text++) {
		if (*text == '"' || *text == '\\')
			at += (size_t)snprintf(to + at, 5, "\\x%02x", *text);
		else
			to[at++] = *text;
	}
	to[at++] = '"';
	to[at] = '\0';
	return to;
}

void
log_line(enum log_level level, const struct log_tag *tag, const char *fmt, ...)
{
	char text[1024], line[2048];
	size_t at = 0;
	ssize_t n;
	va_list ap;

	if (level == LOG_DEBUG && getenv("ATOLL_DEBUG") == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	memcpy(line, prefix[level], 3);
	at = 3;
	if (tag != NULL && tag->text[0] != '\0') {
		at = append(line, at, sizeof(line), tag->text);
		line[at++] = ' ';
	}
	at = append(line, at, sizeof(line), text);
	line[at++] = '\n';
	n = write(STDERR_FILENO, line, at);
	(void)n; /* there is nowhere to report it */
}
