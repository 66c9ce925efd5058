/* terminal_sgr.c - SGR, the sequence of colours and the like. */
#include "gateway/base/terminal_sgr.h"

#include "gateway/base/terminal_sequence.h"
#include "gateway/base/terminal_text.h"

/* The list of SGR's numbers as it goes out: with semicolons only, since not
 * every terminal knows colons. */
struct sgr {
	struct sequence text;
	unsigned numbers;
};

static void
sgr_add(struct sgr *s, unsigned number)
{
	if (s->numbers++ > 0)
		sequence_add_byte(&s->text, ';');
	sequence_add_number(&s->text, number);
}

/* 38, 48 or 58 at that place, with what belongs to it: 5;N, 2;R;G;B, or with
 * colons, then also 2:SPACE:R:G:B.  Returns the place after it. */
static unsigned
sgr_colour(struct sgr *s, const struct terminal_filter *f, unsigned at)
{
	unsigned what = sequence_arg(f, at, 0),
		 kind = sequence_arg(f, at + 1, 0);
	unsigned end = at + 2, values = kind == 5 ? 1 : 3, first;

	first = end;
	if (sequence_has_colon(f, at + 1)) {
		while (sequence_has_colon(f, end))
			end++;
		if (kind == 2 && end - at > 5)
			first++; /* after the space of colours */
	} else {
		end += values;
	}
	if ((kind != 5 && kind != 2) || end > f->arg_count ||
	    first + values > end)
		return sequence_has_colon(f, at + 1) ? end : f->arg_count;
	if (what == 58)
		return end; /* of the underline */
	sgr_add(s, what);
	sgr_add(s, kind);
	for (; values > 0; values--, first++)
		sgr_add(s, sequence_arg(f, first, 0) & 0xff);
	return end;
}

/* Which numbers stand for themselves. */
static bool
is_plain_sgr(unsigned n)
{
	return n <= 9 || (n >= 22 && n <= 29) || (n >= 30 && n <= 37) ||
	       n == 39 || (n >= 40 && n <= 47) || n == 49 ||
	       (n >= 90 && n <= 97) || (n >= 100 && n <= 107);
}

void
sgr_put(const struct terminal_filter *f, const struct terminal_sink *out)
{
	struct sgr s = { .text = { "\033[", 2 } };
	unsigned at = 0;

	if (f->arg_count == 0)
		sgr_add(&s, 0);
	while (at < f->arg_count) {
		unsigned n = sequence_arg(f, at, 0);

		if (n == 38 || n == 48 || n == 58) {
			at = sgr_colour(&s, f, at);
			continue;
		}
		if (n == 21) /* double underline */
			n = 4;
		if (n == 4 && sequence_has_colon(f, at + 1) &&
		    sequence_arg(f, at + 1, 0) == 0)
			n = 24;
		if (is_plain_sgr(n))
			sgr_add(&s, n);
		for (at++; sequence_has_colon(f, at); at++)
			continue;
	}
	if (s.numbers == 0)
		return;
	sequence_add_byte(&s.text, 'm');
	text_put(out, s.text.bytes, s.text.n);
}
