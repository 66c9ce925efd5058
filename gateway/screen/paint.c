/* paint.c - the bytes that bring a client's terminal to what a screen is. */
#include "gateway/screen/paint.h"

#include <stdio.h>
#include <string.h>

#include "gateway/screen/cells.h"
#include "gateway/screen/pen.h"

struct painter {
	struct screen *s;
	struct pen pen;
	unsigned first_row;	    /* of the screen, which is painted on top */
	struct screen_place cursor; /* of the screen that is painted */
	struct glyph last; /* what stands where the cursor waits to wrap */
	struct paint_note note;
	unsigned note_row; /* of the window */
	bool is_note_only; /* of the cells only that row is painted */
	bool from_top;	   /* rows count from the region's top now */
};

/* --- places ------------------------------------------------------------- */

/* A place of the screen in the window, at its edge when it is beyond. */
static struct screen_place
in_window(const struct painter *p, struct screen_place at)
{
	unsigned row = at.row < p->first_row ? 0 : at.row - p->first_row;

	return (struct screen_place){ row < p->pen.rows ? row : p->pen.rows - 1,
		at.col < p->pen.cols ? at.col : p->pen.cols - 1 };
}

static void
move_in_window(struct painter *p, struct screen_place at)
{
	struct screen_place to = in_window(p, at);

	pen_move(&p->pen, to.row, to.col);
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
	return (g->code == 0 || g->code == ' ') && ink_is_blank(g->ink);
}

/* After the last column the terminal waits to wrap, and where its cursor is
 * then is not known. */
static void
write_glyph(struct painter *p, const struct glyph *g, unsigned row,
    unsigned col)
{
	pen_move(&p->pen, row, col);
	pen_dip(&p->pen, g->ink);
	glyph_write(&p->pen, p->s, g);
	p->pen.at.col += g->width;
	if (p->pen.at.col >= p->pen.cols)
		p->pen.at = pen_nowhere;
}

static void
put_glyph(void *self, const struct glyph *g, struct screen_place at)
{
	struct painter *p = self;

	if (at.row == p->cursor.row && at.col + g->width == p->s->cols)
		p->last = *g;
	if (p->is_note_only && at.row != p->first_row + p->note_row)
		return;
	if ((!is_blank(g) || is_typed(p, g, at)) && at.row >= p->first_row &&
	    at.row - p->first_row < p->pen.rows &&
	    at.col + g->width <= p->pen.cols)
		write_glyph(p, g, at.row - p->first_row, at.col);
}

static void
draw_cells(struct painter *p)
{
	p->last = (struct glyph){ .code = ' ', .width = 1, .ink = ink_none };
	cells_draw(p->s, put_glyph, p);
	pen_dip(&p->pen, ink_none);
}

/* The screen that the emulator is on.  The row of the cursor is seen. */
static void
paint_cells(struct painter *p, struct screen_place cursor)
{
	p->first_row =
	    cursor.row < p->pen.rows ? 0 : cursor.row + 1 - p->pen.rows;
	p->cursor = cursor;
	draw_cells(p);
}

/* --- what is not in cells ----------------------------------------------- */

/* Of the first cell of a row that nobody looks at any more. */
struct probe {
	unsigned row;
	struct ink ink;
};

static int
take_probe(struct tsm_screen *cells, uint64_t id, const uint32_t *ch,
    size_t len, unsigned width, unsigned col, unsigned row,
    const struct tsm_screen_attr *attr, tsm_age_t age, void *self)
{
	struct probe *probe = self;

	(void)cells;
	(void)id;
	(void)ch;
	(void)len;
	(void)width;
	(void)age;
	if (row == probe->row && col == 0)
		probe->ink = ink_of(attr, false);
	return 0;
}

/* How the next character would be written: libtsm has no other way to ask. */
static struct ink
ink_in_use(const struct painter *p, unsigned rare)
{
	struct screen *s = p->s;
	bool is_first = p->first_row + p->note_row != 0;
	struct probe probe = { is_first ? 0 : s->rows - 1, ink_none };
	char command[48];

	snprintf(command, sizeof(command), "\033[?6l\033[4l\033[%u;1HX",
	    probe.row + 1);
	screen_command(s, command);
	tsm_screen_draw(s->cells, take_probe, &probe);
	probe.ink.flags |= ink_flags_of_rare(rare);
	return probe.ink;
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
	pen_text(&p->pen, "\033[3g");
	for (unsigned i = 0; i < count && stop[i] < p->pen.cols; i++)
		pen_print(&p->pen, "\033[%uG\033H", stop[i] + 1);
	p->pen.at = pen_nowhere;
}

/* One that reaches to the last row of the screen does so in a window of another
 * size, too, as when a terminal is resized. */
static void
paint_region(struct painter *p)
{
	const struct terminal_modes *m = &p->s->filter.modes;
	unsigned rows = p->pen.rows;
	unsigned bottom = m->bottom >= p->s->rows ? rows : m->bottom;
	bool is_set =
	    m->top < rows && m->top < bottom && (m->top > 1 || bottom < rows);

	if (is_set && bottom < rows)
		pen_print(&p->pen, "\033[%u;%ur", m->top, bottom);
	else if (is_set)
		pen_print(&p->pen, "\033[%ur", m->top);
	if ((m->on & TERMINAL_ORIGIN) != 0)
		pen_text(&p->pen, "\033[?6h");
	p->pen.at = pen_nowhere;
	p->from_top = is_set && (m->on & TERMINAL_ORIGIN) != 0;
}

static void
place_cursor(struct painter *p, struct screen_place at)
{
	struct screen_place to = in_window(p, at);
	unsigned top = p->from_top ? p->s->filter.modes.top - 1u : 0;

	pen_print(&p->pen, "\033[%u;%uH", (to.row > top ? to.row - top : 0) + 1,
	    to.col + 1);
}

/* In the last column, and the next character is to be in the next row. */
static void
paint_waiting(struct painter *p, struct screen_place at)
{
	at.col = p->pen.cols - p->last.width;
	place_cursor(p, at);
	pen_dip(&p->pen, p->last.ink);
	if (p->last.code == 0)
		p->last.code = ' ';
	glyph_write(&p->pen, p->s, &p->last);
}

static void
paint_charsets(struct painter *p)
{
	const struct terminal_modes *m = &p->s->filter.modes;

	if (m->charset[0] != 'B')
		pen_print(&p->pen, "\033(%c", m->charset[0]);
	if (m->charset[1] != 'B')
		pen_print(&p->pen, "\033)%c", m->charset[1]);
	if ((m->on & TERMINAL_SHIFTED) != 0)
		pen_text(&p->pen, "\016");
}

/* With what must not be on while cells are painted. */
static void
paint_cursor(struct painter *p, struct screen_place cursor)
{
	if (cursor.col >= p->s->cols && p->s->cols == p->pen.cols)
		paint_waiting(p, cursor);
	else
		place_cursor(p, cursor);
	paint_charsets(p);
	if ((p->s->filter.modes.on & TERMINAL_INSERT) != 0)
		pen_text(&p->pen, "\033[4h");
}

static void
paint_saved(struct painter *p)
{
	const struct screen *s = p->s;
	bool is_alternate = (s->filter.modes.on & TERMINAL_ALTERNATE) != 0;
	struct screen_place at;

	screen_command(p->s, "\0338");
	at = screen_cursor(s);
	pen_dip(&p->pen, ink_in_use(p, s->rare.saved[is_alternate]));
	place_cursor(p, at);
	pen_text(&p->pen, "\0337");
	pen_dip(&p->pen, ink_none);
}

static void
paint_rest(struct painter *p, struct screen_place cursor)
{
	const struct terminal_modes *m = &p->s->filter.modes;
	char modes[TERMINAL_MODES_BYTES];

	paint_tabs(p);
	paint_region(p);
	if ((m->on & TERMINAL_SAVED) != 0)
		paint_saved(p);
	paint_cursor(p, cursor);
	pen_bytes(&p->pen, modes, terminal_modes_write(m, modes));
}

/* --- a note over it ----------------------------------------------------- */

/* Here it would be put. */
static void
leave_place(struct painter *p, struct screen_place cursor)
{
	if (p->pen.rows < 2 || p->s->rows < 2)
		return;
	p->note_row = in_window(p, cursor).row == 0 ? p->pen.rows - 1 : 0;
	pen_print(&p->pen, "\033[%u;1H", p->note_row + 1);
	p->note.at = p->pen.n;
}

/* Out of the way with what is on, and on with it again. */
static void
paint_under(struct painter *p, struct screen_place cursor, struct ink ink)
{
	const struct terminal_modes *m = &p->s->filter.modes;

	p->note.under = p->pen.n;
	if ((m->on & TERMINAL_ORIGIN) != 0)
		pen_text(&p->pen, "\033[?6l");
	pen_text(&p->pen, "\033[4l\033(B\033)B\017\033[0m");
	p->pen.ink = ink_none;
	pen_print(&p->pen, "\033[%u;1H\033[2K", p->note_row + 1);
	p->pen.at = (struct screen_place){ p->note_row, 0 };
	p->is_note_only = true;
	draw_cells(p);
	if ((m->on & TERMINAL_ORIGIN) != 0)
		pen_text(&p->pen, "\033[?6h");
	paint_cursor(p, cursor);
	pen_dip(&p->pen, ink);
}

/* --- all ---------------------------------------------------------------- */

/* What the window shows goes where one can scroll back to. */
static void
paint_prelude(struct painter *p)
{
	pen_text(&p->pen, terminal_reset);
	pen_print(&p->pen, "\033[%u;1H", p->pen.rows);
	for (unsigned i = 0; i < p->pen.rows; i++)
		pen_text(&p->pen, "\n");
	pen_text(&p->pen, "\033[H\033[J");
	p->pen.at = (struct screen_place){ 0, 0 };
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
		pen_text(&p->pen, "\033[?1049h\033[H\033[J");
		p->pen.at = (struct screen_place){ 0, 0 };
		tsm_screen_set_flags(p->s->cells, TSM_SCREEN_ALTERNATE);
	}
	paint_cells(p, cursor);
}

/* What is under the note is left out when there is no room for it. */
static void
paint_end(struct painter *p, struct screen_place cursor)
{
	/* Before a saved cursor is asked for, which brings its ink. */
	struct ink ink = ink_in_use(p, p->s->rare.now);
	size_t whole;

	paint_rest(p, cursor);
	pen_dip(&p->pen, ink);
	if (p->note.at == 0 || p->pen.is_full)
		return;
	whole = p->pen.n;
	paint_under(p, cursor, ink);
	if (p->pen.is_full) {
		p->pen.is_full = false;
		p->pen.n = whole;
		p->note = (struct paint_note){ 0, 0 };
	}
}

size_t
paint(struct screen *s, unsigned rows, unsigned cols, char *to, size_t room,
    struct paint_note *note)
{
	struct screen_place cursor = screen_cursor(s);
	struct painter p;

	*note = (struct paint_note){ 0, 0 };
	if (rows == 0 || cols == 0)
		return 0;
	cells_begin(s);
	for (int plain = 0; plain < 2; plain++) {
		p = (struct painter){ .s = s,
			.pen = { .to = to,
			    .room = room - TERMINAL_MODES_BYTES,
			    .is_plain = plain != 0,
			    .rows = rows,
			    .cols = cols,
			    .ink = ink_none } };
		paint_all(&p, cursor);
		if (!p.pen.is_full)
			break;
	}
	p.pen.room = room;
	leave_place(&p, cursor);
	paint_end(&p, cursor);
	*note = p.note;
	return p.pen.is_full ? 0 : p.pen.n;
}
