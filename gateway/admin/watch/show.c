/* show.c - another terminal on one's own. */
#include "gateway/admin/watch/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/utf8.h"

#define NOTE_MS 1500
#define REVERSE "\033[m\033[7m"
#define VIEW_MODES                                                             \
	(TERMINAL_CURSOR | TERMINAL_CURSOR_KEYS | TERMINAL_KEYPAD |            \
	    TERMINAL_PASTE)

void
show_begin(struct show *s, struct glass *g, const char *key, const char *label)
{
	*s = (struct show){ .glass = g, .key = key, .label = label };
	terminal_filter_init(&s->filter);
}

/* --- what a student has printed ----------------------------------------------- */

/* But for titles, and for what changes how keys are sent: the one that leaves would not
 * be known. */
static void
put(void *self, const uint8_t *bytes, size_t n)
{
	struct show *s = self;

	if (n > 2 && bytes[0] == ESC &&
	    (bytes[1] == ']' || (bytes[1] == '[' && bytes[2] == '>')))
		return;
	glass_write(s->glass, bytes, n);
}

static void
put_filtered(struct show *s, const char *bytes, size_t n)
{
	const struct terminal_sink sink = { .self = s, .bytes = put };

	terminal_filter_run(&s->filter, (const uint8_t *)bytes, n, &sink);
}

/* Of a row only text, how it is written, and steps to the right. */
static void
put_in_row(void *self, const uint8_t *bytes, size_t n)
{
	struct show *s = self;
	bool is_text = bytes[0] >= ' ' && bytes[0] != DEL;

	if (is_text || (n > 2 && bytes[0] == ESC && bytes[1] == '[' &&
			   bytes[2] != '>' && bytes[2] != '?' &&
			   (bytes[n - 1] == 'm' || bytes[n - 1] == 'C')))
		glass_write(s->glass, bytes, n);
}

/* --- pictures ------------------------------------------------------------------- */

static void
drop_note(struct show *s)
{
	free(s->under);
	s->under = NULL;
	s->under_length = 0;
}

static void
drop_view(struct show *s)
{
	for (unsigned i = 0; i < SHOW_ROWS_MAX; i++) {
		free(s->row[i]);
		s->row[i] = NULL;
	}
}

/* As wide as the window, in reverse. */
static void
put_line(const struct show *s, const char *text)
{
	char safe[2 * SHOW_LINE_MAX];
	unsigned cols = s->glass->cols;

	utf8_printable(safe, sizeof(safe), text);
	if (cols >= sizeof(safe))
		cols = sizeof(safe) - 1;
	glass_print(s->glass, REVERSE "%-*.*s\033[m", (int)cols, (int)cols,
	    safe);
}

/* Where the line goes is between at and under, if it goes anywhere. */
static void
put_picture(struct show *s, const char *bytes, size_t n, size_t at,
    size_t under)
{
	char text[SHOW_LINE_MAX];

	drop_note(s);
	drop_view(s);
	s->what = SHOW_PICTURE;
	terminal_filter_init(&s->filter);
	glass_text(s->glass, terminal_reset);
	if (s->is_told || at >= under || under > n) {
		put_filtered(s, bytes, n);
		return;
	}
	put_filtered(s, bytes, at);
	snprintf(text, sizeof(text), "%s; %s", s->key, s->label);
	put_line(s, text);
	put_filtered(s, bytes + at, under - at);
	s->under = malloc(n - under + 1);
	if (s->under == NULL)
		return;
	memcpy(s->under, bytes + under, n - under);
	s->under_length = n - under;
	s->note_ends_ms = clock_ms() + NOTE_MS;
	s->is_told = true;
}

int
show_note_timeout(const struct show *s)
{
	int64_t left = s->note_ends_ms - clock_ms();

	if (s->under == NULL)
		return -1;
	return left < 0 ? 0 : (int)left;
}

void
show_note_over(struct show *s)
{
	if (s->under != NULL)
		put_filtered(s, s->under, s->under_length);
	drop_note(s);
}

/* --- views ---------------------------------------------------------------------- */

static void
begin_view(struct show *s)
{
	if (s->what == SHOW_VIEW)
		return;
	drop_note(s);
	s->what = SHOW_VIEW;
	glass_text(s->glass, terminal_reset);
	glass_text(s->glass, "\033[?1049h\033[?7l\033[H\033[2J");
}

/* The last row says what this is, and how much of it is seen. */
static void
put_view_line(const struct show *s)
{
	unsigned rows = s->glass->rows - WATCH_LINE_ROWS;
	char text[SHOW_LINE_MAX];

	if (s->glass->rows <= WATCH_LINE_ROWS)
		return;
	if (s->rows > rows || s->cols > s->glass->cols)
		snprintf(text, sizeof(text), "%s; cropped: %ux%u of %ux%u; %s",
		    s->key, s->glass->cols < s->cols ? s->glass->cols : s->cols,
		    rows < s->rows ? rows : s->rows, s->cols, s->rows,
		    s->label);
	else
		snprintf(text, sizeof(text), "%s; %s; %ux%u", s->key, s->label,
		    s->cols, s->rows);
	glass_print(s->glass, "\033[%u;1H", s->glass->rows);
	put_line(s, text);
}

static void
put_row(struct show *s, unsigned number, const char *bytes, size_t n)
{
	const struct terminal_sink sink = { .self = s, .bytes = put_in_row };
	struct terminal_filter f;
	char *kept = s->row[number];

	if (kept != NULL && strlen(kept) == n && memcmp(kept, bytes, n) == 0)
		return;
	free(kept);
	s->row[number] = strndup(bytes, n);
	glass_print(s->glass, "\033[%u;1H\033[m\033[2K", number + 1);
	terminal_filter_init(&f);
	terminal_filter_run(&f, (const uint8_t *)bytes, n, &sink);
}

static void
put_view_modes(const struct show *s, unsigned modes)
{
	glass_print(s->glass, "\033[?1%c\033%c\033[?2004%c\033[?25%c",
	    (modes & TERMINAL_CURSOR_KEYS) != 0 ? 'h' : 'l',
	    (modes & TERMINAL_KEYPAD) != 0 ? '=' : '>',
	    (modes & TERMINAL_PASTE) != 0 ? 'h' : 'l',
	    (modes & TERMINAL_CURSOR) != 0 ? 'h' : 'l');
}

/* Only rows that have changed.  It is not shown before all of it is there, where the
 * terminal can do that (mode 2026). */
static void
put_view(struct show *s, const char *text)
{
	unsigned first_row, first_col, row, col, modes, number = 0;
	unsigned most = s->glass->rows;
	const char *end;

	if (most > WATCH_LINE_ROWS)
		most -= WATCH_LINE_ROWS;
	if (most > SHOW_ROWS_MAX)
		most = SHOW_ROWS_MAX;
	if (sscanf(text, "%u %u %u %u %u", &first_row, &first_col, &row, &col,
		&modes) != 5)
		return;
	begin_view(s);
	glass_text(s->glass, "\033[?2026h\033[?25l");
	for (text = strchr(text, '\n');
	     text != NULL && (end = strchr(text + 1, '\n')) != NULL &&
	     number < most;
	     text = end)
		put_row(s, number++, text + 1, (size_t)(end - text - 1));
	while (number < most)
		put_row(s, number++, "", 0);
	put_view_line(s);
	glass_print(s->glass, "\033[%u;%uH", (row < most ? row : most - 1) + 1,
	    (col < s->glass->cols ? col : s->glass->cols - 1) + 1);
	put_view_modes(s, modes & VIEW_MODES);
	glass_text(s->glass, "\033[?2026l");
}

/* --- frames ----------------------------------------------------------------------- */

/* Copied, since another process has it, too. */
static char *
read_picture(int fd, size_t *n)
{
	char *bytes = malloc(WATCH_PICTURE_MAX + 1);
	ssize_t got =
	    bytes == NULL ? -1 : pread(fd, bytes, WATCH_PICTURE_MAX, 0);

	if (got == -1) {
		free(bytes);
		return NULL;
	}
	bytes[got] = '\0';
	*n = (size_t)got;
	return bytes;
}

void
show_frame(struct show *s, const struct tap_frame *f, int fd)
{
	uint32_t place[2] = { 0, 0 }; /* of the line over it */
	char *bytes;
	size_t n;

	if (f->kind == TAP_SIZE)
		tap_read_size(f, &s->rows, &s->cols);
	if (f->kind == TAP_OUTPUT && s->what == SHOW_PICTURE)
		put_filtered(s, (const char *)f->bytes, f->length);
	if ((f->kind != WATCH_PICTURE && f->kind != WATCH_VIEW) || fd == -1)
		return;
	bytes = read_picture(fd, &n);
	if (bytes == NULL)
		return;
	if (f->length == sizeof(place))
		memcpy(place, f->bytes, sizeof(place));
	if (f->kind == WATCH_VIEW)
		put_view(s, bytes);
	else
		put_picture(s, bytes, n, place[0], place[1]);
	free(bytes);
}

/* --- the rest ----------------------------------------------------------------------- */

void
show_line(struct show *s, const char *text)
{
	if (s->what == SHOW_NOTHING) {
		glass_print(s->glass, "\r\n%s\r\n", text);
		return;
	}
	show_note_over(s);
	glass_print(s->glass, "\033[r\033[?6l\033[%u;1H", s->glass->rows);
	put_line(s, text);
}

void
show_resized(struct show *s)
{
	glass_measure(s->glass);
	drop_view(s);
	if (s->what == SHOW_VIEW)
		glass_text(s->glass, "\033[H\033[2J");
}

void
show_end(struct show *s)
{
	drop_note(s);
	drop_view(s);
	if (s->what == SHOW_NOTHING)
		return;
	glass_text(s->glass, terminal_reset);
	if (s->what == SHOW_PICTURE)
		glass_print(s->glass, "\033[%u;1H\r\n", s->glass->rows);
	s->what = SHOW_NOTHING;
}
