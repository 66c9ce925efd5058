/* staged.c - the room's screen, as it is drawn on a student's terminal. */
#include "gateway/session/terminal/staged.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "gateway/base/scope.h"
#include "gateway/base/terminal_filter.h"
#include "gateway/base/utf8.h"
#include "gateway/base/watching.h"
#include "gateway/base/width.h"

#define NOTE_MS	 8000
#define SAID_MAX 2000 /* bytes of notices */
#define COLS_MAX 1000

#define CTRL_C	     '\003'
#define CTRL_BRACKET '\035'

/* The cursor with its colours is saved by the first of these, and comes back. */
#define BEGIN "\033[?1049h\033[?6l\033[?7l\033(B\017"
#define CLEAR "\033[m\033[H\033[2J"

const char staged_over[] = "\033[m\033[?7h\033[?25h\033[H\033[2J\033[?1049l";

/* --- views ---------------------------------------------------------------------- */

/* That of the last view, in which lines are found again. */
static void
replace(char **at, char *with)
{
	free(*at);
	*at = with;
}

static bool
is_sealed(int fd, size_t *size)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_WRITE;
	struct stat st;

	if ((fcntl(fd, F_GET_SEALS) & seals) != seals || fstat(fd, &st) == -1 ||
	    st.st_size <= 0 || st.st_size > (off_t)WATCH_PICTURE_MAX)
		return false;
	*size = (size_t)st.st_size;
	return true;
}

/* Hundreds have the same file, and its offset: it is not read but mapped. */
static char *
copy_view(int fd)
{
	size_t n = 0;
	char *text;
	void *map;

	if (!is_sealed(fd, &n))
		return NULL;
	map = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return NULL;
	text = malloc(n + 1);
	if (text != NULL) {
		memcpy(text, map, n);
		text[n] = '\0';
	}
	munmap(map, n);
	return text;
}

bool
staged_take(struct staged *s, const uint8_t *packet, size_t n, int fd)
{
	struct tap_frame f;
	char *view;
	int rc;

	while ((rc = tap_next(&packet, &n, &f)) == 1) {
		if (f.kind == TAP_SIZE)
			tap_read_size(&f, &s->rows, &s->cols);
		view = f.kind == WATCH_VIEW && fd != -1 ? copy_view(fd) : NULL;
		if (view == NULL)
			continue;
		replace(&s->view, view);
		s->is_dirty = true;
	}
	return rc == 0;
}

/* --- a row ---------------------------------------------------------------------- */

/* What is seen of it: columns from..until of the screen's. */
struct row {
	FILE *to;
	unsigned from, until;
	unsigned col; /* of the screen: where the next character is */
	unsigned at;  /* of the window: where its cursor is */
};

static void
put_character(struct row *r, const uint8_t *bytes, size_t n, unsigned width)
{
	unsigned col = r->col;

	r->col += width;
	if (col < r->from || r->col > r->until)
		return;
	if (r->at < col - r->from)
		fprintf(r->to, "\033[%uC", col - r->from - r->at);
	fwrite(bytes, 1, n, r->to);
	r->at = r->col - r->from;
}

static void
put_text(struct row *r, const uint8_t *bytes, size_t n)
{
	/* Most of it is ASCII, which comes in one piece. */
	if (bytes[0] < 0x80 && r->col >= r->from && n <= COLS_MAX &&
	    r->col + n <= r->until) {
		put_character(r, bytes, n, (unsigned)n);
		return;
	}
	while (n > 0) {
		uint32_t code;
		size_t length = utf8_next((const char *)bytes, &code);
		int width = width_of(code);

		if (length > n)
			return;
		if (width >= 0)
			put_character(r, bytes, length, (unsigned)width);
		bytes += length;
		n -= length;
	}
}

static unsigned
read_steps(const uint8_t *digits, size_t n)
{
	unsigned steps = 0;

	for (size_t i = 0;
	     i < n && digits[i] >= '0' && digits[i] <= '9' && steps < COLS_MAX;
	     i++)
		steps = steps * 10 + digits[i] - '0';
	return steps == 0 ? 1 : steps;
}

/* Only text, how it is written, and steps to the right. */
static void
put(void *self, const uint8_t *bytes, size_t n)
{
	struct row *r = self;
	if (bytes[0] >= ' ' && bytes[0] != DEL) {
		put_text(r, bytes, n);
		return;
	}
	if (n < 3 || bytes[0] != ESC || bytes[1] != '[' || bytes[2] == '>' ||
	    bytes[2] == '?')
		return;
	if (bytes[n - 1] == 'm')
		fwrite(bytes, 1, n, r->to);
	else if (bytes[n - 1] == 'C')
		r->col += read_steps(bytes + 2, n - 3);
}

static void
put_row(FILE *to, unsigned number, const char *text, size_t n, unsigned from,
    unsigned cols)
{
	struct row r = { .to = to, .from = from, .until = from + cols };
	const struct terminal_sink sink = { .self = &r, .bytes = put };
	struct terminal_filter f;

	fprintf(to, "\033[%u;1H\033[m\033[2K", number + 1);
	terminal_filter_init(&f);
	terminal_filter_run(&f, (const uint8_t *)text, n, &sink);
}

/* --- all of it -------------------------------------------------------------------- */

/* The first line of a view. */
struct head {
	unsigned row, col, modes;
	const char *rows; /* what follows */
};

static bool
read_head(const char *view, struct head *h)
{
	unsigned first_row, first_col;

	*h = (struct head){ .rows = view == NULL ? NULL : strchr(view, '\n') };
	if (h->rows == NULL ||
	    sscanf(view, "%u %u %u %u %u", &first_row, &first_col, &h->row,
		&h->col, &h->modes) != 5 ||
	    h->row > COLS_MAX || h->col > COLS_MAX) {
		h->rows = NULL;
		return false;
	}
	h->rows++;
	return true;
}

/* The next of its rows; false: there is none. */
static bool
next_row(const char **rows, const char **row, size_t *n)
{
	const char *end = *rows == NULL ? NULL : strchr(*rows, '\n');

	if (end == NULL)
		return false;
	*row = *rows;
	*n = (size_t)(end - *rows);
	*rows = end + 1;
	return true;
}

/* The first of them when so many are seen: the cursor's is. */
static unsigned
first_of(unsigned cursor, unsigned seen)
{
	return cursor < seen ? 0 : cursor + 1 - seen;
}

/* Rows that are as they were are left. */
static void
put_rows(const struct staged *s, FILE *to, const struct head *h,
    const struct head *old, unsigned rows, unsigned cols)
{
	const char *at = h->rows, *was_at = old->rows;
	const char *row = "", *was = "";
	unsigned top = first_of(h->row, rows), left = first_of(h->col, cols);
	bool is_moved = s->is_blank || top != first_of(old->row, rows) ||
			left != first_of(old->col, cols);

	for (unsigned i = 0; i < top + rows; i++) {
		size_t n = 0, was_n = 0;
		bool is_there = next_row(&at, &row, &n);
		bool was_there = next_row(&was_at, &was, &was_n);

		if (i < top)
			continue;
		if (!is_moved && is_there == was_there &&
		    (!is_there || (n == was_n && memcmp(row, was, n) == 0)))
			continue;
		put_row(to, i - top, is_there ? row : "", n, left, cols);
	}
}

static unsigned
width(const char *text)
{
	unsigned n = 0;
	uint32_t code;

	while (*text != '\0') {
		text += utf8_next(text, &code);
		n += width_of(code) > 0 ? (unsigned)width_of(code) : 0;
	}
	return n;
}

/* As wide as the window, in reverse. */
static void
put_line(const struct staged *s, FILE *to, unsigned rows, unsigned cols)
{
	char text[2 * STAGE_LABEL_SIZE], cut[sizeof(text)];

	if (s->note != NULL)
		snprintf(text, sizeof(text), "atoll: %s", s->note);
	else if (s->view == NULL)
		snprintf(text, sizeof(text), "q leaves; %s comes", s->label);
	else if (s->rows > rows - 1 || s->cols > cols)
		snprintf(text, sizeof(text),
		    "q leaves; cropped: %ux%u of"
		    " %ux%u; %s",
		    s->cols < cols ? s->cols : cols,
		    s->rows < rows - 1 ? s->rows : rows - 1, s->cols, s->rows,
		    s->label);
	else
		snprintf(text, sizeof(text), "q leaves; %s", s->label);
	width_copy(cut, sizeof(cut), text, cols);
	fprintf(to, "\033[%u;1H\033[m\033[7m%s%*s\033[m", rows, cut,
	    (int)(cols - width(cut)), "");
}

static void
put_all(struct staged *s, FILE *to, unsigned rows, unsigned cols)
{
	unsigned seen = rows > 1 ? rows - 1 : 1;
	struct head h, old;

	if (!s->is_begun)
		fputs(BEGIN, to);
	fputs("\033[?2026h\033[?25l", to);
	if (s->is_blank)
		fputs(CLEAR, to);
	if (read_head(s->view, &h)) {
		read_head(s->drawn, &old);
		put_rows(s, to, &h, &old, seen, cols);
	}
	if (rows > 1)
		put_line(s, to, rows, cols);
	if (h.rows != NULL)
		fprintf(to, "\033[%u;%uH\033[?25%c",
		    h.row - first_of(h.row, seen) + 1,
		    h.col - first_of(h.col, cols) + 1,
		    (h.modes & TERMINAL_CURSOR) != 0 ? 'h' : 'l');
	fputs("\033[?2026l", to);
}

struct staged_bytes
staged_draw(struct staged *s, unsigned rows, unsigned cols, int64_t now_ms)
{
	struct staged_bytes b = { NULL, 0 };
	FILE *to;

	if (s->note != NULL && now_ms >= s->note_ends_ms) {
		s->note = NULL;
		s->is_dirty = true;
	}
	if (!s->is_dirty)
		return b;
	to = open_memstream(&b.at, &b.n);
	if (to == NULL)
		return b;
	rows = rows == 0 ? 24 : rows;
	cols = cols == 0 ? 80 : cols > COLS_MAX ? COLS_MAX : cols;
	put_all(s, to, rows, cols);
	fclose(to);
	s->is_begun = true;
	s->is_dirty = false;
	if (s->view != NULL)
		replace(&s->drawn, strdup(s->view));
	s->is_blank = s->drawn == NULL;
	return b;
}

/* --- the rest ----------------------------------------------------------------------- */

void
staged_begin(struct staged *s, int fd, const char *label)
{
	scope_close(&s->fd);
	s->fd = fd;
	utf8_printable(s->label, sizeof(s->label), label);
	if (!s->is_on)
		s->is_blank = true;
	s->is_on = s->is_dirty = true;
}

void
staged_resized(struct staged *s)
{
	s->is_dirty = s->is_blank = true;
}

void
staged_say(struct staged *s, const char *text, int64_t now_ms)
{
	size_t have = s->said == NULL ? 0 : strlen(s->said) + 1;
	size_t n = strlen(text) + 1;
	char *all;

	if (have + n > SAID_MAX)
		have = 0; /* the oldest go */
	all = malloc(have + n);
	if (all == NULL)
		return;
	if (have > 0) {
		memcpy(all, s->said, have - 1);
		all[have - 1] = '\n';
	}
	memcpy(all + have, text, n);
	replace(&s->said, all);
	s->note = all + have;
	s->note_ends_ms = now_ms + NOTE_MS;
	s->is_dirty = true;
}

int
staged_timeout(const struct staged *s, int64_t now_ms)
{
	int64_t left = s->note_ends_ms - now_ms;

	if (!s->is_on || s->note == NULL)
		return -1;
	return left < 0 ? 0 : (int)left;
}

/* The terminal may answer, or tell of the mouse: those are sequences, in which a q
 * means nothing.  They come in one piece. */
bool
staged_is_left_by(const char *keys, size_t n)
{
	for (size_t i = 0; i < n && keys[i] != ESC; i++) {
		if (keys[i] == 'q' || keys[i] == 'Q' || keys[i] == CTRL_C ||
		    keys[i] == CTRL_BRACKET)
			return true;
	}
	return false;
}

void
staged_drop(struct staged *s)
{
	bool has_left = s->has_left;

	scope_close(&s->fd);
	free(s->view);
	free(s->drawn);
	free(s->said);
	*s = (struct staged){ .fd = -1, .has_left = has_left };
}
