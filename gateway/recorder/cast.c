/* cast.c - a recording, as lines of asciicast v2. */
#include "gateway/recorder/cast.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/utf8.h"

#define ROOM		  16 /* for the longest that one byte becomes, and a line's end */
#define SIZE_DEFAULT_ROWS 24
#define SIZE_DEFAULT_COLS 80

/* --- lines ------------------------------------------------------------------ */

static void
put(struct cast *c, const char *text)
{
	size_t n = strlen(text);

	memcpy(c->line + c->used, text, n);
	c->used += n;
}

static void __attribute__((format(printf, 2, 3)))
put_format(struct cast *c, const char *fmt, ...)
{
	char text[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put(c, text);
}

static void
end_line(struct cast *c)
{
	put(c, "\n");
	c->take(c->self, c->line, c->used);
	c->used = 0;
}

/* A byte of UTF-8 in a string of JSON (RFC 8259, section 7). */
static void
put_byte(struct cast *c, uint8_t byte)
{
	if (byte == '"' || byte == '\\') {
		c->line[c->used++] = '\\';
		c->line[c->used++] = (char)byte;
	} else if (byte == '\n') {
		put(c, "\\n");
	} else if (byte == '\r') {
		put(c, "\\r");
	} else if (byte < 0x20 || byte == 0x7f) {
		put_format(c, "\\u%04x", byte);
	} else {
		c->line[c->used++] = (char)byte;
	}
}

/* A text of ours or of a client's, cut where a line ends. */
static void
put_text(struct cast *c, const char *text)
{
	put(c, "\"");
	while (*text != '\0' && c->used < CAST_LINE_MAX / 2) {
		uint32_t code;
		size_t n = utf8_next(text, &code);

		/* One byte that is not UTF-8 is read as this, too. */
		if (code == 0xfffd)
			put(c, "\xef\xbf\xbd");
		for (size_t i = 0; code != 0xfffd && i < n; i++)
			put_byte(c, (uint8_t)text[i]);
		text += n;
	}
	put(c, "\"");
}

/* --- events ----------------------------------------------------------------- */

static void
begin_event(struct cast *c, uint64_t at_ms, char kind)
{
	put_format(c, "[%" PRIu64 ".%03u, \"%c\", ", at_ms / 1000,
	    (unsigned)(at_ms % 1000), kind);
}

static void
close_output(struct cast *c)
{
	if (!c->is_open)
		return;
	put(c, "\"]");
	c->is_open = false;
	end_line(c);
}

static void
take_filtered(void *self, const uint8_t *bytes, size_t n)
{
	struct cast *c = self;

	for (size_t i = 0; i < n; i++) {
		/* Between characters only: each is to be whole in its event. */
		bool is_begin = (bytes[i] & 0xc0) != 0x80;

		if (c->used + (is_begin ? 4 : 1) * ROOM > sizeof(c->line))
			close_output(c);
		if (!c->is_open) {
			begin_event(c, c->at_ms, 'o');
			put(c, "\"");
			c->is_open = true;
		}
		put_byte(c, bytes[i]);
	}
}

void
cast_begin(struct cast *c, void *self,
    void (*take)(void *self, const char *lines, size_t n))
{
	terminal_filter_init(&c->filter);
	c->self = self;
	c->take = take;
	c->is_open = false;
	c->used = 0;
}

void
cast_header(struct cast *c, const struct cast_header *h)
{
	put_format(c, "{\"version\": 2, \"width\": %u, \"height\": %u, ",
	    h->cols == 0 ? SIZE_DEFAULT_COLS : h->cols,
	    h->rows == 0 ? SIZE_DEFAULT_ROWS : h->rows);
	put_format(c, "\"timestamp\": %" PRIu64 ", \"title\": ", h->timestamp);
	put_text(c, h->title);
	put(c, ", \"env\": {\"TERM\": ");
	put_text(c, h->term);
	put(c, "}}");
	end_line(c);
}

void
cast_output(struct cast *c, uint64_t at_ms, const uint8_t *bytes, size_t n)
{
	const struct terminal_sink sink = { .self = c, .bytes = take_filtered };

	c->at_ms = at_ms;
	terminal_filter_run(&c->filter, bytes, n, &sink);
	close_output(c);
}

void
cast_size(struct cast *c, uint64_t at_ms, unsigned rows, unsigned cols)
{
	begin_event(c, at_ms, 'r');
	put_format(c, "\"%ux%u\"]", cols, rows);
	end_line(c);
}

void
cast_marker(struct cast *c, uint64_t at_ms, const char *text)
{
	begin_event(c, at_ms, 'm');
	put_text(c, text);
	put(c, "]");
	end_line(c);
}
