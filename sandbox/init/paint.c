/* paint.c - the bytes that bring a client's terminal to what a screen is. */
#include "sandbox/init/paint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How a cell is written. */
enum { BOLD = 1, ITALIC = 2, UNDERLINE = 4, BLINK = 8, INVERSE = 16 };
#define DEFAULT_COLOUR (-1)
#define RGB	       (1 << 24) /* beside the three bytes */
#define SPACES_MAX     4
struct ink {
	int front, back; /* of the palette, or RGB, or DEFAULT_COLOUR */
	unsigned flags;
};
static const struct ink no_ink = { DEFAULT_COLOUR, DEFAULT_COLOUR, 0 };

struct glyph {
	struct ink ink;
	uint32_t code; /* 0: nothing was ever written there */
	unsigned width;
};

struct painter {
	struct screen *s;
	char *to;
	size_t n, room;
	bool is_full, is_plain;
	unsigned rows, cols; /* of the window */
	unsigned first_row;  /* of the screen, which is painted on top */
	/* As the client's terminal is. */
	struct screen_place at;
	struct ink ink;
	/* A wide one, whose other half is looked at before it is written. */
	struct glyph wide;
	struct screen_place wide_at; /* wide.width 0: none */
	struct screen_place cursor;  /* of the screen that is painted */
	struct glyph last; /* what stands where the cursor waits to wrap */
};

static const struct screen_place nowhere = { UINT32_MAX, UINT32_MAX };

/* --- bytes -------------------------------------------------------------- */

static void
add_bytes(struct painter *p, const char *bytes, size_t n)
{
	if (p->room - p->n < n) {
		p->is_full = true;
		return;
	}
	memcpy(p->to + p->n, bytes, n);
	p->n += n;
}

static void
add_text(struct painter *p, const char *text)
{
	add_bytes(p, text, strlen(text));
}

static void __attribute__((format(printf, 2, 3)))
add(struct painter *p, const char *fmt, ...)
{
	char text[128];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	add_bytes(p, text, (size_t)n);
}

/* --- cursor ------------------------------------------------------------- */

/* Cells that nothing is painted on are passed over, a few of them by spaces where
 * these look the same. */
static void
skip(struct painter *p, unsigned n)
{
	if (n > SPACES_MAX || p->ink.back != DEFAULT_COLOUR ||
	    (p->ink.flags & (UNDERLINE | INVERSE)) != 0)
		add(p, "\033[%uC", n);
	else
		add(p, "%*s", (int)n, "");
}

/* Rows and columns of the window. */
static void
move_to(struct painter *p, unsigned row, unsigned col)
{
	if (p->at.row == row && p->at.col == col)
		return;
	if (p->at.row == row && p->at.col < col)
		skip(p, col - p->at.col);
	else if (p->at.row + 1 == row && col == 0)
		add_text(p, "\r\n");
	else
		add(p, "\033[%u;%uH", row + 1, col + 1);
	p->at = (struct screen_place){ row, col };
}

/* A place of the screen in the window, at its edge when it is beyond. */
static struct screen_place
in_window(const struct painter *p, struct screen_place at)
{
	unsigned row = at.row < p->first_row ? 0 : at.row - p->first_row;

	return (struct screen_place){ row < p->rows ? row : p->rows - 1,
		at.col < p->cols ? at.col : p->cols - 1 };
}

static void
move_in_window(struct painter *p, struct screen_place at)
{
	struct screen_place to = in_window(p, at);

	move_to(p, to.row, to.col);
}

/* --- colours ------------------------------------------------------------ */

/* libtsm turns 16 to 255 of the palette into what xterm shows for them. */
static int
palette_index(int red, int green, int blue)
{
	static const int level[] = { 0, 95, 135, 175, 215, 255 };
	int at[3] = { -1, -1, -1 };

	for (int i = 0; i < 6; i++) {
		if (level[i] == red)
			at[0] = i;
		if (level[i] == green)
			at[1] = i;
		if (level[i] == blue)
			at[2] = i;
	}
	if (at[0] >= 0 && at[1] >= 0 && at[2] >= 0)
		return 16 + 36 * at[0] + 6 * at[1] + at[2];
	if (red == green && green == blue && red >= 8 && red <= 238 &&
	    (red - 8) % 10 == 0)
		return 232 + (red - 8) / 10;
	return RGB | red << 16 | green << 8 | blue;
}

static int
colour(int code, int red, int green, int blue)
{
	if (code >= 0)
		return code < 16 ? code : DEFAULT_COLOUR;
	return palette_index(red, green, blue);
}

/* Where nothing stands there is only the background to be seen. */
static struct ink
ink_of(const struct tsm_screen_attr *a, bool is_erased)
{
	struct ink ink = no_ink;

	ink.back = colour(a->bccode, a->br, a->bg, a->bb);
	if (is_erased)
		return ink;
	ink.front = colour(a->fccode, a->fr, a->fg, a->fb);
	ink.flags = (a->bold ? BOLD : 0) | (a->italic ? ITALIC : 0) |
		    (a->underline ? UNDERLINE : 0) | (a->blink ? BLINK : 0) |
		    (a->inverse ? INVERSE : 0);
	return ink;
}

/* The numbers of one SGR. */
struct numbers {
	char text[96];
	size_t n;
};

static void __attribute__((format(printf, 2, 3)))
number(struct numbers *all, const char *fmt, ...)
{
	va_list ap;

	if (all->n > 0)
		all->text[all->n++] = ';';
	va_start(ap, fmt);
	all->n += (size_t)vsnprintf(all->text + all->n,
	    sizeof(all->text) - all->n, fmt, ap);
	va_end(ap);
}

static void
number_colour(struct numbers *all, int value, int base)
{
	if (value == DEFAULT_COLOUR)
		number(all, "%d", base + 9);
	else if (value < 8)
		number(all, "%d", base + value);
	else if (value < 16)
		number(all, "%d", base + 60 + value - 8);
	else if (value < 256)
		number(all, "%d;5;%d", base + 8, value);
	else
		number(all, "%d;2;%d;%d;%d", base + 8, value >> 16 & 0xff,
		    value >> 8 & 0xff, value & 0xff);
}

static void
number_flags(struct numbers *all, unsigned flags)
{
	static const struct {
		unsigned flag, number;
	} rows[] = { { BOLD, 1 }, { ITALIC, 3 }, { UNDERLINE, 4 }, { BLINK, 5 },
		{ INVERSE, 7 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if ((flags & rows[i].flag) != 0)
			number(all, "%u", rows[i].number);
	}
}

static bool
is_same(struct ink a, struct ink b)
{
	return a.front == b.front && a.back == b.back && a.flags == b.flags;
}

/* What changes, or all of it anew where something ends. */
static void
dip(struct painter *p, struct ink ink)
{
	struct numbers all = { .n = 0 };

	if (p->is_plain || is_same(ink, p->ink))
		return;
	if ((p->ink.flags & ~ink.flags) != 0 || is_same(ink, no_ink)) {
		number(&all, "0");
		p->ink = no_ink;
	}
	number_flags(&all, ink.flags & ~p->ink.flags);
	if (ink.front != p->ink.front)
		number_colour(&all, ink.front, 30);
	if (ink.back != p->ink.back)
		number_colour(&all, ink.back, 40);
	add(p, "\033[%.*sm", (int)all.n, all.text);
	p->ink = ink;
}

/* --- cells -------------------------------------------------------------- */

/* Spaces before the cursor are part of a prompt. */
static bool
is_typed(const struct painter *p, const struct glyph *g, struct screen_place at)
{
	return g->code == ' ' && at.row == p->cursor.row &&
	       at.col < p->cursor.col;
}

static bool
is_blank(const struct glyph *g)
{
	return (g->code == 0 || g->code == ' ') &&
	       g->ink.back == DEFAULT_COLOUR &&
	       (g->ink.flags & (UNDERLINE | INVERSE)) == 0;
}

static void
add_code(struct painter *p, uint32_t code)
{
	const char *cluster = cluster_text(&p->s->clusters, code);
	char text[8];

	if (cluster != NULL)
		add_text(p, cluster);
	else if (code < ' ' || (code >= 0x7f && code < 0xa0))
		add_text(p, " ");
	else
		add_bytes(p, text, tsm_ucs4_to_utf8(code, text));
}

/* After the last column the terminal waits to wrap, and where its cursor is
 * then is not known. */
static void
write_glyph(struct painter *p, const struct glyph *g, unsigned row,
    unsigned col)
{
	move_to(p, row, col);
	dip(p, g->ink);
	add_code(p, g->code);
	p->at.col += g->width;
	if (p->at.col >= p->cols)
		p->at = nowhere;
}

static void
put_glyph(struct painter *p, const struct glyph *g, struct screen_place at)
{
	if (at.row == p->cursor.row && at.col + g->width == p->s->cols)
		p->last = *g;
	if ((!is_blank(g) || is_typed(p, g, at)) && at.row >= p->first_row &&
	    at.row - p->first_row < p->rows && at.col + g->width <= p->cols)
		write_glyph(p, g, at.row - p->first_row, at.col);
}

/* Half of a wide one that the other half was taken from is a space. */
static void
put_wide(struct painter *p, bool is_whole)
{
	if (p->wide.width == 0)
		return;
	if (!is_whole) {
		p->wide.code = ' ';
		p->wide.width = 1;
	}
	put_glyph(p, &p->wide, p->wide_at);
	p->wide.width = 0;
}

static int
on_cell(struct tsm_screen *cells, uint64_t id, const uint32_t *ch, size_t len,
    unsigned width, unsigned col, unsigned row,
    const struct tsm_screen_attr *attr, tsm_age_t age, void *self)
{
	struct painter *p = self;
	struct screen_place at = { row, col };
	struct glyph g = { .code = (uint32_t)(id & TSM_UCS4_MAX), .width = 1 };
	bool is_second = p->wide.width != 0 && p->wide_at.row == row &&
			 p->wide_at.col + 1 == col && width == 0;

	(void)cells;
	(void)ch;
	(void)len;
	(void)age;
	put_wide(p, is_second);
	if (is_second)
		return 0;
	if (width == 0)
		g.code = ' ';
	g.ink = ink_of(attr, g.code == 0);
	if (width == 2) {
		g.width = 2;
		p->wide = g;
		p->wide_at = at;
	} else {
		put_glyph(p, &g, at);
	}
	return 0;
}

/* The screen that the emulator is on.  The row of the cursor is seen. */
static void
paint_cells(struct painter *p, struct screen_place cursor)
{
	p->first_row = cursor.row < p->rows ? 0 : cursor.row + 1 - p->rows;
	p->cursor = cursor;
	p->last = (struct glyph){ .code = ' ', .width = 1, .ink = no_ink };
	tsm_screen_draw(p->s->cells, on_cell, p);
	put_wide(p, false);
	dip(p, no_ink);
}

/* --- what is not in cells ----------------------------------------------- */

static int
take_first(struct tsm_screen *cells, uint64_t id, const uint32_t *ch,
    size_t len, unsigned width, unsigned col, unsigned row,
    const struct tsm_screen_attr *attr, tsm_age_t age, void *self)
{
	struct ink *ink = self;

	(void)cells;
	(void)id;
	(void)ch;
	(void)len;
	(void)width;
	(void)age;
	if (row == 0 && col == 0)
		*ink = ink_of(attr, false);
	return 0;
}

/* How the next character would be written: libtsm has no other way to ask. */
static struct ink
ink_in_use(struct screen *s)
{
	struct ink ink = no_ink;

	screen_command(s, "\033[?6l\033[4l\033[1;1HX");
	tsm_screen_draw(s->cells, take_first, &ink);
	return ink;
}

/* Only where they are not each eighth column. */
static void
paint_tabs(struct painter *p)
{
	struct tsm_screen *cells = p->s->cells;
	unsigned cols = p->s->cols, stop[SCREEN_COLS_MAX], count = 0, plain = 0;
	bool is_plain = true;

	tsm_screen_move_to(cells, 0, 0);
	for (;;) {
		tsm_screen_tab_right(cells, 1);
		if (screen_cursor(p->s).col + 1 >= cols)
			break;
		stop[count++] = screen_cursor(p->s).col;
		plain += 8;
		is_plain = is_plain && stop[count - 1] == plain;
	}
	if (is_plain && plain + 8 + 1 >= cols)
		return;
	add_text(p, "\033[3g");
	for (unsigned i = 0; i < count && stop[i] < p->cols; i++)
		add(p, "\033[%uG\033H", stop[i] + 1);
	p->at = nowhere;
}

/* True when rows count from the region's top now. */
static bool
paint_region(struct painter *p)
{
	const struct terminal_modes *m = &p->s->filter.modes;
	bool is_set = m->top < p->rows && m->top < m->bottom &&
		      (m->top > 1 || m->bottom < p->rows);

	if (is_set && m->bottom < p->rows)
		add(p, "\033[%u;%ur", m->top, m->bottom);
	else if (is_set)
		add(p, "\033[%ur", m->top);
	if ((m->on & TERMINAL_ORIGIN) != 0)
		add_text(p, "\033[?6h");
	p->at = nowhere;
	return is_set && (m->on & TERMINAL_ORIGIN) != 0;
}

static void
place_cursor(struct painter *p, struct screen_place at, bool from_top)
{
	struct screen_place to = in_window(p, at);
	unsigned top = from_top ? p->s->filter.modes.top - 1u : 0;

	add(p, "\033[%u;%uH", (to.row > top ? to.row - top : 0) + 1,
	    to.col + 1);
}

/* In the last column, and the next character is to be in the next row. */
static void
paint_waiting(struct painter *p, struct screen_place at, bool from_top)
{
	at.col = p->cols - p->last.width;
	place_cursor(p, at, from_top);
	dip(p, p->last.ink);
	add_code(p, p->last.code == 0 ? ' ' : p->last.code);
}

static void
paint_charsets(struct painter *p)
{
	const struct terminal_modes *m = &p->s->filter.modes;

	if (m->charset[0] != 'B')
		add(p, "\033(%c", m->charset[0]);
	if (m->charset[1] != 'B')
		add(p, "\033)%c", m->charset[1]);
	if ((m->on & TERMINAL_SHIFTED) != 0)
		add_text(p, "\016");
}

static void
paint_rest(struct painter *p, struct screen_place cursor)
{
	const struct terminal_modes *m = &p->s->filter.modes;
	char modes[TERMINAL_MODES_BYTES];
	struct ink ink = ink_in_use(p->s);
	bool from_top;

	paint_tabs(p);
	from_top = paint_region(p);
	if ((m->on & TERMINAL_SAVED) != 0) {
		screen_command(p->s, "\0338");
		place_cursor(p, screen_cursor(p->s), from_top);
		add_text(p, "\0337");
	}
	if (cursor.col >= p->s->cols && p->s->cols == p->cols)
		paint_waiting(p, cursor, from_top);
	else
		place_cursor(p, cursor, from_top);
	paint_charsets(p);
	if ((m->on & TERMINAL_INSERT) != 0)
		add_text(p, "\033[4h");
	add_bytes(p, modes, terminal_modes_write(m, modes));
	dip(p, ink);
}

/* What the window shows goes where one can scroll back to. */
static void
paint_prelude(struct painter *p)
{
	add_text(p, terminal_reset);
	add(p, "\033[%u;1H", p->rows);
	for (unsigned i = 0; i < p->rows; i++)
		add_text(p, "\n");
	add_text(p, "\033[H\033[J");
	p->at = (struct screen_place){ 0, 0 };
}

static void
paint_all(struct painter *p, struct screen_place cursor)
{
	bool is_alternate = (p->s->filter.modes.on & TERMINAL_ALTERNATE) != 0;

	paint_prelude(p);
	if (is_alternate) {
		tsm_screen_reset_flags(p->s->cells, TSM_SCREEN_ALTERNATE);
		paint_cells(p, p->s->primary);
		move_in_window(p, p->s->primary);
		add_text(p, "\033[?1049h\033[H\033[J");
		p->at = (struct screen_place){ 0, 0 };
		tsm_screen_set_flags(p->s->cells, TSM_SCREEN_ALTERNATE);
	}
	paint_cells(p, cursor);
}

size_t
paint(struct screen *s, unsigned rows, unsigned cols, char *to, size_t room)
{
	struct screen_place cursor = screen_cursor(s);
	struct painter p;

	if (rows == 0 || cols == 0)
		return 0;
	/* libtsm shows the cursor, and a reversed screen, by reversing cells. */
	tsm_screen_reset_flags(s->cells, TSM_SCREEN_INVERSE);
	tsm_screen_set_flags(s->cells, TSM_SCREEN_HIDE_CURSOR);
	for (int plain = 0; plain < 2; plain++) {
		p = (struct painter){ .s = s,
			.to = to,
			.room = room - TERMINAL_MODES_BYTES,
			.is_plain = plain != 0,
			.rows = rows,
			.cols = cols,
			.ink = no_ink };
		paint_all(&p, cursor);
		if (!p.is_full)
			break;
	}
	p.room = room;
	paint_rest(&p, cursor);
	return p.is_full ? 0 : p.n;
}
