/*
 * screen.c - a terminal without glass: what stands on both its screens.
 *
 * Where libtsm 4.0 differs from xterm, what it is fed makes up for it: it has no
 * combining marks, uses G1 for Latin-1, does not wrap before a wide character,
 * and leaves the cursor where it is when the scroll region or its mode changes.
 */
#include "gateway/screen/screen.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/utf8.h"

/* DEC Special Graphics, from '_' to '~'. */
static const char *const lines[] = { " ", "\u25c6", "\u2592", "\u2409",
	"\u240c", "\u240d", "\u240a", "\u00b0", "\u00b1", "\u2424", "\u240b",
	"\u2518", "\u2510", "\u250c", "\u2514", "\u253c", "\u23ba", "\u23bb",
	"\u2500", "\u23bc", "\u23bd", "\u251c", "\u2524", "\u2534", "\u252c",
	"\u2502", "\u2264", "\u2265", "\u03c0", "\u2260", "\u00a3", "\u00b7" };

static void
emulate(struct screen *s, const char *bytes, size_t n)
{
	tsm_vte_input(s->vte, bytes, n);
}

void
screen_command(struct screen *s, const char *sequence)
{
	emulate(s, sequence, strlen(sequence));
}

struct screen_place
screen_cursor(const struct screen *s)
{
	return (struct screen_place){ tsm_screen_get_cursor_y(s->cells),
		tsm_screen_get_cursor_x(s->cells) };
}

/* --- characters --------------------------------------------------------- */

/* A terminal that has no room for both halves begins a new line. */
static void
wrap_before_wide(struct screen *s)
{
	if (screen_cursor(s).col + 1 == s->cols &&
	    (s->filter.modes.on & TERMINAL_AUTOWRAP) != 0)
		screen_command(s, " ");
}

/* As one code point; when there are too many it is written without what makes it
 * one: its rare ink, and then its marks.  is_ours: it would be taken for another
 * one. */
static void
emulate_cluster(struct screen *s, unsigned rare, size_t first, bool is_wide,
    bool is_ours)
{
	char text[CLUSTER_BYTES + 1] = { (char)rare }, code[8];
	uint32_t alias;

	strcpy(text + (rare != 0 ? 1 : 0), s->held);
	alias = cluster_alias(&s->clusters, text, is_wide);
	if (alias == 0 && rare != 0 && first < s->held_length)
		alias = cluster_alias(&s->clusters, s->held, is_wide);
	if (alias != 0)
		emulate(s, code, tsm_ucs4_to_utf8(alias, code));
	else if (is_ours)
		emulate(s, "  ", is_wide ? 2 : 1);
	else
		emulate(s, s->held, first);
}

/* Of a space only a line through it would be seen. */
static unsigned
rare_of_held(const struct screen *s)
{
	return s->held[0] == ' ' ? s->rare.now & RARE_INK_STRUCK : s->rare.now;
}

/* The character that was held has no more marks. */
static void
flush(struct screen *s)
{
	uint32_t code;
	unsigned rare;
	size_t first;
	bool is_wide;

	if (s->held_length == 0)
		return;
	s->held[s->held_length] = '\0';
	first = utf8_next(s->held, &code);
	is_wide = tsm_ucs4_get_width(code) == 2;
	if (is_wide)
		wrap_before_wide(s);
	rare = rare_of_held(s);
	if (rare != 0 || first < s->held_length || cluster_is_alias(code))
		emulate_cluster(s, rare, first, is_wide,
		    cluster_is_alias(code));
	else
		emulate(s, s->held, s->held_length);
	s->held_length = 0;
}

static void
hold(struct screen *s, const char *character, size_t n)
{
	flush(s);
	memcpy(s->held, character, n);
	s->held_length = n;
}

/* A character above ASCII.  A mark without anything to stand on is nothing. */
static void
character(struct screen *s, const uint8_t *bytes, size_t n)
{
	char text[8] = "";
	uint32_t code;

	memcpy(text, bytes, n);
	utf8_next(text, &code);
	if (tsm_ucs4_get_width(code) != 0) {
		hold(s, text, n);
	} else if (s->held_length > 0 && s->held_length + n < sizeof(s->held)) {
		memcpy(s->held + s->held_length, text, n);
		s->held_length += n;
	}
}

static bool
draws_lines(const struct screen *s)
{
	const struct terminal_modes *m = &s->filter.modes;

	return m->charset[(m->on & TERMINAL_SHIFTED) != 0] == '0';
}

/* The last one is held: a mark may follow. */
static void
ascii(struct screen *s, const uint8_t *bytes, size_t n)
{
	if (!draws_lines(s) && s->rare.now == 0) {
		flush(s);
		emulate(s, (const char *)bytes, n - 1);
		hold(s, (const char *)bytes + n - 1, 1);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *line = !draws_lines(s) || bytes[i] < '_'
				       ? NULL
				       : lines[bytes[i] - '_'];

		if (line == NULL)
			hold(s, (const char *)bytes + i, 1);
		else
			hold(s, line, strlen(line));
	}
}

/* --- sequences ---------------------------------------------------------- */

static void
set_region(struct screen *s)
{
	const struct terminal_modes *m = &s->filter.modes;
	unsigned bottom = m->bottom;

	if (bottom == 0 || bottom > s->rows)
		bottom = s->rows;
	if (m->top < bottom) {
		tsm_screen_set_margins(s->cells, m->top, bottom);
		screen_command(s, "\033[H");
	}
}

static void
sequence(struct screen *s, const char *bytes, size_t n)
{
	flush(s);
	rare_ink_sequence(&s->rare, bytes, n,
	    tsm_screen_get_flags(s->cells) & TSM_SCREEN_ALTERNATE);
	if (bytes[1] == ']' || bytes[1] == '(' || bytes[1] == ')')
		return; /* the filter knows title and charset */
	if (bytes[1] == '[' && bytes[n - 1] == 'r')
		set_region(s);
	else
		emulate(s, bytes, n);
	if (n == 5 && memcmp(bytes, "\033[?6", 4) == 0)
		screen_command(s, "\033[H");
}

static void
on_bytes(void *self, const uint8_t *bytes, size_t n)
{
	struct screen *s = self;

	if (bytes[0] >= 0x80) {
		character(s, bytes, n);
	} else if (bytes[0] == '\033') {
		sequence(s, (const char *)bytes, n);
	} else if (bytes[0] >= ' ') {
		ascii(s, bytes, n);
	} else if (bytes[0] < 0x0e) { /* not SO and SI */
		flush(s);
		emulate(s, (const char *)bytes, n);
	}
}

static void
on_before_screen(void *self, bool alternate)
{
	struct screen *s = self;

	flush(s);
	if (alternate)
		s->primary = screen_cursor(s);
}

/* --- the whole ---------------------------------------------------------- */

/* What it would answer is not asked, see terminal_filter.h. */
static void
on_answer(struct tsm_vte *vte, const char *bytes, size_t n, void *self)
{
	(void)vte;
	(void)bytes;
	(void)n;
	(void)self;
}

static unsigned
bounded(unsigned n, unsigned least, unsigned most)
{
	return n < least ? least : n > most ? most : n;
}

int
screen_resize(struct screen *s, unsigned rows, unsigned cols)
{
	rows = bounded(rows, 1, SCREEN_ROWS_MAX);
	cols = bounded(cols, SCREEN_COLS_MIN, SCREEN_COLS_MAX);
	if (tsm_screen_resize(s->cells, cols, rows) != 0)
		return -1;
	s->rows = rows;
	s->cols = cols;
	return 0;
}

struct screen *
screen_new(unsigned rows, unsigned cols)
{
	struct screen *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	terminal_filter_init(&s->filter);
	if (tsm_screen_new(&s->cells, NULL, NULL) == 0 &&
	    tsm_vte_new(&s->vte, s->cells, on_answer, NULL, NULL, NULL) == 0 &&
	    screen_resize(s, rows, cols) == 0)
		return s;
	screen_free(s);
	return NULL;
}

void
screen_free(struct screen *s)
{
	if (s == NULL)
		return;
	tsm_vte_unref(s->vte);
	tsm_screen_unref(s->cells);
	free(s);
}

void
screen_feed(struct screen *s, const uint8_t *bytes, size_t n)
{
	const struct terminal_sink sink = { .self = s,
		.bytes = on_bytes,
		.before_screen = on_before_screen };

	terminal_filter_run(&s->filter, bytes, n, &sink);
	flush(s);
}
