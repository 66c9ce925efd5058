/*
 * screens.h - all that can be seen of a screen, as a text to compare.
 */
#ifndef ATOLL_TESTS_SCREENS_H
#define ATOLL_TESTS_SCREENS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/screen/screen.h"

struct screens_row {
	struct screen *s;
	FILE *text, *inks;
	unsigned blanks; /* before the next character */
	/* A wide one, until its other half is seen; 0: none. */
	uint32_t wide;
	unsigned wide_row, wide_col;
};

static inline void
screens_put(struct screens_row *r, uint32_t code)
{
	const char *cluster = cluster_text(&r->s->clusters, code);
	char text[8] = "";

	if (code == 0 || code == ' ') {
		r->blanks++;
		return;
	}
	for (; r->blanks > 0; r->blanks--)
		fputc(' ', r->text);
	if (cluster == NULL)
		tsm_ucs4_to_utf8(code, text);
	fputs(cluster == NULL ? text : cluster, r->text);
}

/* What is seen of how it is written: of erased cells and blanks the ground. */
static inline void
screens_put_ink(struct screens_row *r, struct tsm_screen_attr a, uint32_t code,
    unsigned row, unsigned col)
{
	if (code == 0)
		a.inverse = a.underline = 0;
	if ((code == 0 || code == ' ') && !a.inverse && !a.underline) {
		a.bold = a.italic = a.blink = 0;
		a.fccode = TSM_COLOR_FOREGROUND;
	}
	if (a.fccode >= 0)
		a.fr = a.fg = a.fb = 0;
	if (a.bccode >= 0)
		a.br = a.bg = a.bb = 0;
	if (a.fccode != TSM_COLOR_FOREGROUND ||
	    a.bccode != TSM_COLOR_BACKGROUND || a.bold || a.italic ||
	    a.underline || a.inverse || a.blink)
		fprintf(r->inks, "%u,%u: %d %u,%u,%u %d %u,%u,%u %d%d%d%d%d\n",
		    row, col, a.fccode, a.fr, a.fg, a.fb, a.bccode, a.br, a.bg,
		    a.bb, a.bold, a.italic, a.underline, a.inverse, a.blink);
}

static inline int
screens_on_cell(struct tsm_screen *cells, uint64_t id, const uint32_t *ch,
    size_t len, unsigned width, unsigned col, unsigned row,
    const struct tsm_screen_attr *attr, tsm_age_t age, void *self)
{
	struct screens_row *r = self;
	uint32_t code = (uint32_t)(id & TSM_UCS4_MAX);
	bool is_second = r->wide != 0 && width == 0 && r->wide_row == row &&
			 r->wide_col + 1 == col;

	(void)cells;
	(void)ch;
	(void)len;
	(void)age;
	if (r->wide != 0)
		screens_put(r, is_second ? r->wide : ' ');
	r->wide = 0;
	if (col == 0) {
		r->blanks = 0;
		if (row > 0)
			fputc('\n', r->text);
	}
	if (is_second)
		return 0;
	if (width == 0)
		code = ' '; /* a half alone */
	screens_put_ink(r, *attr, code, row, col);
	if (width != 2) {
		screens_put(r, code);
		return 0;
	}
	r->wide = code;
	r->wide_row = row;
	r->wide_col = col;
	return 0;
}

static inline void
screens_dump_one(struct screen *s, FILE *to)
{
	char *text = NULL, *inks = NULL;
	size_t n, m;
	struct screens_row r = { .s = s,
		.text = open_memstream(&text, &n),
		.inks = open_memstream(&inks, &m) };

	tsm_screen_draw(s->cells, screens_on_cell, &r);
	fclose(r.text);
	fclose(r.inks);
	fprintf(to, "%s\n%s", text, inks);
	free(text);
	free(inks);
}

/* free() it.  The first line has cursor and modes, then come rows. */
static inline char *
screens_dump(struct screen *s)
{
	const struct terminal_modes *m = &s->filter.modes;
	unsigned flags = tsm_screen_get_flags(s->cells);
	struct screen_place at = screen_cursor(s);
	unsigned bottom = m->bottom >= s->rows ? 0 : m->bottom;
	unsigned top =
	    (bottom == 0 && m->top <= 1) || m->top >= s->rows ? 0 : m->top;
	char *dump = NULL;
	size_t n;
	FILE *to = open_memstream(&dump, &n);

	/* The saved cursor is seen once it is gone back to. */
	fprintf(to,
	    "%u,%u on=%x region=%u-%u mouse=%u,%u style=%u %c%c %s%s%s\n",
	    at.row, at.col, m->on & ~(unsigned)TERMINAL_SAVED, top, bottom,
	    m->mouse, m->mouse_encoding, m->cursor_style, m->charset[0],
	    m->charset[1], m->title, m->has_pushed ? " over " : "", m->pushed);
	tsm_screen_reset_flags(s->cells, TSM_SCREEN_INVERSE);
	tsm_screen_set_flags(s->cells, TSM_SCREEN_HIDE_CURSOR);
	screens_dump_one(s, to);
	if ((flags & TSM_SCREEN_ALTERNATE) != 0) {
		fprintf(to, "below, cursor %u,%u\n", s->primary.row,
		    s->primary.col);
		tsm_screen_reset_flags(s->cells, TSM_SCREEN_ALTERNATE);
		screens_dump_one(s, to);
		tsm_screen_set_flags(s->cells, TSM_SCREEN_ALTERNATE);
	}
	tsm_screen_reset_flags(s->cells, TSM_SCREEN_HIDE_CURSOR);
	tsm_screen_set_flags(s->cells, flags);
	fclose(to);
	return dump;
}

#endif
