/* view.c - the rows of a screen as text, for a window of another size. */
#include "gateway/screen/view.h"

#include "gateway/screen/cells.h"
#include "gateway/screen/pen.h"

struct view {
	struct screen *s;
	struct pen pen;
	struct screen_place first; /* of the screen, which is at the top left */
	unsigned rows;		   /* that are written */
};

/* The row is over; the pen is at the first place of the next. */
static void
end_row(struct view *v)
{
	pen_dip(&v->pen, ink_none);
	pen_text(&v->pen, "\n");
	v->pen.at = (struct screen_place){ v->pen.at.row + 1, 0 };
}

/* Half a character at the left edge is left out. */
static void
put(void *self, const struct glyph *g, struct screen_place at)
{
	struct view *v = self;
	bool is_blank =
	    (g->code == 0 || g->code == ' ') && ink_is_blank(g->ink);
	unsigned col = at.col - v->first.col;

	if (at.row < v->first.row || at.row - v->first.row >= v->rows ||
	    at.col < v->first.col || col + g->width > v->pen.cols)
		return;
	while (v->pen.at.row < at.row - v->first.row)
		end_row(v);
	if (is_blank)
		return;
	pen_move(&v->pen, v->pen.at.row, col);
	pen_dip(&v->pen, g->ink);
	glyph_write(&v->pen, v->s, g);
	v->pen.at.col += g->width;
}

/* The first of them when so many are seen: the cursor's is. */
static unsigned
first_of(unsigned cursor, unsigned seen)
{
	return cursor < seen ? 0 : cursor + 1 - seen;
}

static void
write_view(struct view *v, struct screen_place cursor)
{
	pen_print(&v->pen, "%u %u %u %u %u\n", v->first.row, v->first.col,
	    cursor.row - v->first.row, cursor.col - v->first.col,
	    v->s->filter.modes.on & VIEW_MODES);
	v->pen.at = (struct screen_place){ 0, 0 };
	cells_draw(v->s, put, v);
	while (v->pen.at.row < v->rows)
		end_row(v);
}

size_t
view_paint(struct screen *s, unsigned rows, unsigned cols, char *to,
    size_t room)
{
	struct screen_place cursor = screen_cursor(s);
	struct view v;

	if (rows == 0 || cols == 0)
		return 0;
	if (cursor.col >= s->cols)
		cursor.col = s->cols - 1; /* it waits to wrap */
	cells_begin(s);
	for (int plain = 0; plain < 2; plain++) {
		v = (struct view){ .s = s,
			.pen = { .to = to,
			    .room = room,
			    .is_plain = plain != 0,
			    .rows = rows,
			    .cols = cols,
			    .ink = ink_none },
			.first = { first_of(cursor.row, rows),
			    first_of(cursor.col, cols) },
			.rows = s->rows < rows ? s->rows : rows };
		write_view(&v, cursor);
		if (!v.pen.is_full)
			return v.pen.n;
	}
	return 0;
}
