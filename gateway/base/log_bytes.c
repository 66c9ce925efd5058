/* log_bytes.c - a line of the log as it is put together. */
#include "gateway/base/log_bytes.h"

#include <stdio.h>
#include <string.h>

#define ESCAPE_SIZE 6 /* \\xNN of JSON, and a NUL */

void
log_bytes_init(struct log_bytes *b, size_t most)
{
	b->count = 0;
	b->most = most;
}

void
log_bytes_raw(struct log_bytes *b, const char *text, size_t length)
{
	if (length > b->most - b->count)
		length = b->most - b->count;
	memcpy(b->at + b->count, text, length);
	b->count += length;
}

void
log_bytes_say(struct log_bytes *b, const char *text)
{
	log_bytes_raw(b, text, strlen(text));
}

void
log_bytes_escape(struct log_bytes *b, const char *text, size_t length,
    bool in_json)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		char to[ESCAPE_SIZE] = { (char)c };
		size_t n = 1;

		if (c < 0x20 || c >= 0x7f)
			n = (size_t)snprintf(to, sizeof(to), "%s\\x%02x",
			    in_json ? "\\" : "", c);
		else if (in_json && (c == '"' || c == '\\'))
			n = (size_t)snprintf(to, sizeof(to), "\\%c", c);
		if (n + 1 > b->most - b->count) /* and the newline */
			return;
		log_bytes_raw(b, to, n);
	}
}
