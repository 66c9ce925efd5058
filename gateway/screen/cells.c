/* cells.c - what stands in each cell of a screen. */
#include "gateway/screen/cells.h"

#include <string.h>

struct drawing {
	struct screen *s;
	cells_fn *put;
	void *self;
	/* A wide one, whose other half is looked at before it is put. */
	struct glyph wide;
	struct screen_place wide_at; /* wide.width 0: none */
};

/* libtsm shows the cursor, and a reversed screen, by reversing cells. */
void
cells_begin(struct screen *s)
{
	tsm_screen_reset_flags(s->cells, TSM_SCREEN_INVERSE);
	tsm_screen_set_flags(s->cells, TSM_SCREEN_HIDE_CURSOR);
}

void
glyph_write(struct pen *to, const struct screen *s, const struct glyph *g)
{
	const char *cluster = cluster_text(&s->clusters, g->code);
	char text[8];

	if (cluster != NULL)
		pen_text(to, cluster + (rare_ink_of(cluster) != 0));
	else if (g->code < ' ' || (g->code >= 0x7f && g->code < 0xa0))
		pen_text(to, " ");
	else
		pen_bytes(to, text, tsm_ucs4_to_utf8(g->code, text));
}

/* Half of a wide one that the other half was taken from is a space. */
static void
put_wide(struct drawing *d, bool is_whole)
{
	if (d->wide.width == 0)
		return;
	if (!is_whole) {
		d->wide.code = ' ';
		d->wide.width = 1;
	}
	d->put(d->self, &d->wide, d->wide_at);
	d->wide.width = 0;
}

/* What the emulator does not know of it. */
static void
take_rare(const struct screen *s, struct glyph *g)
{
	const char *cluster = cluster_text(&s->clusters, g->code);
	unsigned rare = cluster == NULL ? 0 : rare_ink_of(cluster);

	g->ink.flags |= ink_flags_of_rare(rare);
	if (rare != 0 && strcmp(cluster + 1, " ") == 0)
		g->code = ' ';
}

static int
on_cell(struct tsm_screen *cells, uint64_t id, const uint32_t *ch, size_t len,
    unsigned width, unsigned col, unsigned row,
    const struct tsm_screen_attr *attr, tsm_age_t age, void *self)
{
	struct drawing *d = self;
	struct screen_place at = { row, col };
	struct glyph g = { .code = (uint32_t)(id & TSM_UCS4_MAX), .width = 1 };
	bool is_second = d->wide.width != 0 && d->wide_at.row == row &&
			 d->wide_at.col + 1 == col && width == 0;

	(void)cells;
	(void)ch;
	(void)len;
	(void)age;
	put_wide(d, is_second);
	if (is_second)
		return 0;
	if (width == 0)
		g.code = ' ';
	g.ink = ink_of(attr, g.code == 0);
	take_rare(d->s, &g);
	if (width == 2) {
		g.width = 2;
		d->wide = g;
		d->wide_at = at;
	} else {
		d->put(d->self, &g, at);
	}
	return 0;
}

void
cells_draw(struct screen *s, cells_fn *put, void *self)
{
	struct drawing d = { .s = s, .put = put, .self = self };

	tsm_screen_draw(s->cells, on_cell, &d);
	put_wide(&d, false);
}
