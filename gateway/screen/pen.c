/* pen.c - writes to a client's terminal, and knows how that stands then. */
#include "gateway/screen/pen.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SPACES_MAX 4

const struct screen_place pen_nowhere = { UINT32_MAX, UINT32_MAX };

void
pen_bytes(struct pen *p, const char *bytes, size_t n)
{
	if (p->room - p->n < n) {
		p->is_full = true;
		return;
	}
	memcpy(p->to + p->n, bytes, n);
	p->n += n;
}

void
pen_text(struct pen *p, const char *text)
{
	pen_bytes(p, text, strlen(text));
}

void
pen_print(struct pen *p, const char *fmt, ...)
{
	char text[128];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	pen_bytes(p, text, (size_t)n);
}

/* Cells that nothing is painted on are passed over, a few of them by spaces where
 * these look the same. */
static void
skip(struct pen *p, unsigned n)
{
	if (n > SPACES_MAX || !ink_is_blank(p->ink))
		pen_print(p, "\033[%uC", n);
	else
		pen_print(p, "%*s", (int)n, "");
}

void
pen_move(struct pen *p, unsigned row, unsigned col)
{
	if (p->at.row == row && p->at.col == col)
		return;
	if (p->at.row == row && p->at.col < col)
		skip(p, col - p->at.col);
	else if (p->at.row + 1 == row && col == 0)
		pen_text(p, "\r\n");
	else
		pen_print(p, "\033[%u;%uH", row + 1, col + 1);
	p->at = (struct screen_place){ row, col };
}

void
pen_dip(struct pen *p, struct ink ink)
{
	char text[INK_BYTES];

	if (p->is_plain || ink_is_same(ink, p->ink))
		return;
	pen_bytes(p, text, ink_change(p->ink, ink, text));
	p->ink = ink;
}
