/* ink.c - the colours of a cell and how it is written, and the SGR that says so. */
#include "gateway/screen/ink.h"

#include <stdarg.h>
#include <stdio.h>

#include "gateway/base/array.h"
#include "gateway/screen/rare_ink.h"

const struct ink ink_none = { INK_DEFAULT, INK_DEFAULT, 0 };

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
	return INK_RGB | red << 16 | green << 8 | blue;
}

static int
colour(int code, int red, int green, int blue)
{
	if (code >= 0)
		return code < 16 ? code : INK_DEFAULT;
	return palette_index(red, green, blue);
}

struct ink
ink_of(const struct tsm_screen_attr *a, bool is_erased)
{
	struct ink ink = ink_none;

	ink.back = colour(a->bccode, a->br, a->bg, a->bb);
	if (is_erased)
		return ink;
	ink.front = colour(a->fccode, a->fr, a->fg, a->fb);
	ink.flags = (a->bold ? INK_BOLD : 0) | (a->italic ? INK_ITALIC : 0) |
		    (a->underline ? INK_UNDERLINE : 0) |
		    (a->blink ? INK_BLINK : 0) | (a->inverse ? INK_INVERSE : 0);
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
	if (value == INK_DEFAULT)
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
	} rows[] = { { INK_BOLD, 1 }, { INK_ITALIC, 3 }, { INK_UNDERLINE, 4 },
		{ INK_BLINK, 5 }, { INK_INVERSE, 7 }, { INK_FAINT, 2 },
		{ INK_CONCEALED, 8 }, { INK_STRUCK, 9 } };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if ((flags & rows[i].flag) != 0)
			number(all, "%u", rows[i].number);
	}
}

unsigned
ink_flags_of_rare(unsigned rare)
{
	return ((rare & RARE_INK_FAINT) != 0 ? INK_FAINT : 0u) |
	       ((rare & RARE_INK_CONCEALED) != 0 ? INK_CONCEALED : 0u) |
	       ((rare & RARE_INK_STRUCK) != 0 ? INK_STRUCK : 0u);
}

bool
ink_is_same(struct ink a, struct ink b)
{
	return a.front == b.front && a.back == b.back && a.flags == b.flags;
}

bool
ink_is_blank(struct ink ink)
{
	return ink.back == INK_DEFAULT &&
	       (ink.flags & (INK_UNDERLINE | INK_INVERSE | INK_STRUCK)) == 0;
}

size_t
ink_change(struct ink from, struct ink to, char text[INK_BYTES])
{
	struct numbers all = { .n = 0 };

	if ((from.flags & ~to.flags) != 0 || ink_is_same(to, ink_none)) {
		number(&all, "0");
		from = ink_none;
	}
	number_flags(&all, to.flags & ~from.flags);
	if (to.front != from.front)
		number_colour(&all, to.front, 30);
	if (to.back != from.back)
		number_colour(&all, to.back, 40);
	return (size_t)snprintf(text, INK_BYTES, "\033[%.*sm", (int)all.n,
	    all.text);
}
