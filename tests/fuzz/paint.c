/*
 * paint.c - a terminal's bytes, through filter and emulator, painted for a window.
 *
 * Input: rows and columns of the screen, of the window, and what was printed.
 * What is painted must be what the filter lets through, and must bring another
 * screen to the same picture, for whose sake it is painted.
 */
#include "gateway/screen/paint.h"

#include <stdio.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/screens.h"

#define SIZE_BYTES 4

static void
count(void *self, const uint8_t *bytes, size_t n)
{
	(void)bytes;
	*(size_t *)self += n;
}

/* But for what only resets a terminal, which the filter spells otherwise. */
static void
check_bytes(const char *bytes, size_t n)
{
	size_t reset = strlen(terminal_reset), out = 0;
	const struct terminal_sink sink = { .self = &out, .bytes = count };
	struct terminal_filter f;

	MUST(n > reset && memcmp(bytes, terminal_reset, reset) == 0);
	for (size_t i = reset; i + 1 < n; i++)
		MUST(bytes[i] != '\033' || bytes[i + 1] != 'P');
	terminal_filter_init(&f);
	terminal_filter_run(&f, (const uint8_t *)bytes + reset, n - reset,
	    &sink);
	/* These go to clients only. */
	if (f.modes.other_keys == 0 && f.modes.has_pushed == 0)
		MUST(out == n - reset);
}

static void
check_picture(struct screen *first, const char *before, const char *bytes,
    size_t n)
{
	struct screen *second = screen_new(first->rows, first->cols);
	char *after;

	MUST(second != NULL);
	screen_feed(second, (const uint8_t *)bytes, n);
	after = screens_dump(second);
	if (strcmp(before, after) != 0)
		fprintf(stderr, "%s--- became\n%s", before, after);
	MUST(strcmp(before, after) == 0);
	free(after);
	screen_free(second);
}

/* Where rows count from the region's top a cursor above it, to which only ESC 8
 * can bring it, cannot be said. */
static bool
is_sayable(const struct screen *s)
{
	const struct terminal_modes *m = &s->filter.modes;
	unsigned row = screen_cursor(s).row + 1;

	return (m->on & TERMINAL_ORIGIN) == 0 || m->top == 0 ||
	       (row >= m->top && row <= m->bottom);
}

/* Over the first row or the last one, for as long as it is there; no wider than
 * the window, see note_write() of the session. */
static void
check_note(struct screen *first, const char *before, const char *bytes,
    size_t n, struct paint_note note)
{
	char *with = malloc(n + 32);
	size_t more;

	MUST(with != NULL && note.at < note.under && note.under < n);
	memcpy(with, bytes, note.at);
	more = (size_t)sprintf(with + note.at, "\033[7m%.*s\033[m",
	    (int)first->cols, "NOTE");
	memcpy(with + note.at + more, bytes + note.at, n - note.at);
	check_picture(first, before, with, n + more);
	free(with);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(TERMINAL_PAINT_BYTES), *before;
	unsigned rows, cols, to_rows, to_cols;
	struct paint_note note;
	struct screen *s;
	bool is_same;
	size_t n;

	if (size < SIZE_BYTES) {
		free(bytes);
		return 0;
	}
	rows = data[0] % 60u + 1;
	cols = data[1] % 220u + 2;
	to_rows = data[2] % 60u + 1;
	to_cols = data[3] % 220u + 2;
	s = screen_new(rows, cols);
	MUST(s != NULL && bytes != NULL);
	screen_feed(s, data + SIZE_BYTES, size - SIZE_BYTES);
	before = screens_dump(s);
	is_same = rows == to_rows && cols == to_cols && is_sayable(s);
	n = paint(s, to_rows, to_cols, bytes, TERMINAL_PAINT_BYTES, &note);
	MUST(n > 0 && n <= TERMINAL_PAINT_BYTES);
	check_bytes(bytes, n);
	if (is_same)
		check_picture(s, before, bytes, n);
	if (is_same && note.at != 0)
		check_note(s, before, bytes, n, note);
	free(before);
	free(bytes);
	screen_free(s);
	return 0;
}
