/* overlay.c - lines over the top of a full-screen program, which go again. */
#include "gateway/session/terminal/overlay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/width.h"

#define SHOWN_MS    4000 /* and for each byte of the text */
#define BYTE_MS	    25	 /* so much more: some 40 a second are read */
#define READ_MS	    3000 /* before that a key does not take it away */
#define PATIENCE_MS 250	 /* for the end of a sequence */
#define AGAIN_MS    100	 /* between two writings */
#define GOING_MS    100
#define TEXT_MAX    2000 /* of several texts; the oldest go */

/* The cursor is saved, rows are counted from the screen's top, colours and charset
 * are the plain ones; and back. */
#define BEGIN "\0337\033[?6l\033(B\017"
#define END   "\0338"

bool
overlay_add(struct overlay *o, const char *text, int64_t now_ms)
{
	size_t n = strlen(text) + 1;
	size_t have = o->text == NULL ? 0 : strlen(o->text) + 1;
	char *all;

	if (have + n > TEXT_MAX)
		have = 0;
	all = malloc(have + n);
	if (all == NULL)
		return false;
	if (have > 0) {
		memcpy(all, o->text, have - 1);
		all[have - 1] = '\n';
	}
	memcpy(all + have, text, n);
	free(o->text);
	*o = (struct overlay){ .state = OVERLAY_DUE,
		.text = all,
		.since_ms = now_ms,
		.ends_ms = now_ms + SHOWN_MS + BYTE_MS * (int64_t)(have + n) };
	return true;
}

void
overlay_printed(struct overlay *o)
{
	if (o->state == OVERLAY_SHOWN)
		o->state = OVERLAY_DUE;
}

bool
overlay_was_read(const struct overlay *o, int64_t now_ms)
{
	return o->written_ms != 0 && now_ms - o->since_ms >= READ_MS;
}

void
overlay_typed(struct overlay *o, int64_t now_ms)
{
	if ((o->state == OVERLAY_SHOWN || o->state == OVERLAY_DUE) &&
	    overlay_was_read(o, now_ms))
		o->ends_ms = now_ms;
}

bool
overlay_may_write(const struct overlay *o, bool is_between, int64_t now_ms)
{
	if (o->state != OVERLAY_DUE)
		return false;
	if (o->written_ms == 0)
		return is_between || now_ms - o->since_ms >= PATIENCE_MS;
	return is_between && now_ms - o->written_ms >= AGAIN_MS;
}

/* One row of the window, all of it: so the text is seen to be no part of what the
 * program drew. */
static size_t
write_row(char *to, unsigned row, const char *text, size_t n, unsigned blanks)
{
	size_t at = (size_t)sprintf(to, "\033[%u;1H\033[0;7m", row);

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		to[at++] = c < 0x20 || c == 0x7f ? '?' : text[i];
	}
	memset(to + at, ' ', blanks);
	at += blanks;
	return at + strlen(strcpy(to + at, "\033[m"));
}

#define ROW_BYTES 64 /* of what is around a row's text */

char *
overlay_write(struct overlay *o, unsigned rows, unsigned cols, int64_t now_ms,
    size_t *length)
{
	/* Half of the window at most is the gateway's. */
	unsigned most = rows < 4 ? 1 : rows / 2, row = 0, taken = 0;
	const char *text = o->text;
	size_t at, n, next;
	char *bytes;

	cols = cols == 0 ? 80 : cols > 1000 ? 1000 : cols;
	bytes = malloc(sizeof(BEGIN END) + strlen(text) +
		       (size_t)most * (cols + ROW_BYTES));
	if (bytes == NULL)
		return NULL;
	at = strlen(strcpy(bytes, BEGIN));
	while (row < most && *text != '\0') {
		n = width_wrap(text, cols, &next, &taken);
		at += write_row(bytes + at, ++row, text, n,
		    taken < cols ? cols - taken : 0);
		text += next;
	}
	*length = at + strlen(strcpy(bytes + at, END));
	o->state = OVERLAY_SHOWN;
	o->written_ms = now_ms;
	return bytes;
}

void
overlay_go(struct overlay *o, int64_t now_ms)
{
	o->state = OVERLAY_GOING;
	o->ends_ms = now_ms + GOING_MS;
}

/* Of two times, the one that comes first. */
static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int
overlay_timeout(const struct overlay *o, int64_t now_ms)
{
	int64_t at = o->ends_ms;

	int64_t due = o->written_ms == 0 ? o->since_ms + PATIENCE_MS
					 : o->written_ms + AGAIN_MS;

	if (o->state == OVERLAY_NONE)
		return -1;
	/* Later than that it waits for the program, or for the client. */
	if (o->state == OVERLAY_DUE && due > now_ms)
		at = earlier(at, due);
	return at < now_ms ? 0 : (int)(at - now_ms);
}

void
overlay_drop(struct overlay *o)
{
	free(o->text);
	*o = (struct overlay){ 0 };
}
