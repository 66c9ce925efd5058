/* rare_ink.c - faint, concealed and struck out: what the emulator's cells have no
 * room for. */
#include "gateway/screen/rare_ink.h"

#include <string.h>

/* The next number of an SGR; *at is after it and its semicolon then. */
static unsigned
next_number(const char **at, const char *end)
{
	unsigned number = 0;

	for (; *at < end && **at != ';'; (*at)++)
		number = number * 10 + (unsigned)(**at - '0');
	if (*at < end)
		(*at)++;
	return number;
}

/* After 38 or 48: 5;N or 2;R;G;B, as the filter writes it. */
static void
skip_colour(const char **at, const char *end)
{
	unsigned more = next_number(at, end) == 2 ? 3 : 1;

	for (; more > 0; more--)
		next_number(at, end);
}

static void
set(struct rare_ink *r, unsigned number)
{
	switch (number) {
	case 0:
		r->now = 0;
		return;
	case 2:
		r->now |= RARE_INK_FAINT;
		return;
	case 8:
		r->now |= RARE_INK_CONCEALED;
		return;
	case 9:
		r->now |= RARE_INK_STRUCK;
		return;
	case 22:
		r->now &= ~(unsigned)RARE_INK_FAINT;
		return;
	case 28:
		r->now &= ~(unsigned)RARE_INK_CONCEALED;
		return;
	case 29:
		r->now &= ~(unsigned)RARE_INK_STRUCK;
		return;
	default:
		return;
	}
}

static void
sgr(struct rare_ink *r, const char *at, const char *end)
{
	if (at == end)
		set(r, 0);
	while (at < end) {
		unsigned number = next_number(&at, end);

		if (number == 38 || number == 48)
			skip_colour(&at, end);
		else
			set(r, number);
	}
}

static bool
is(const char *bytes, size_t n, const char *sequence)
{
	return n == strlen(sequence) && memcmp(bytes, sequence, n) == 0;
}

void
rare_ink_sequence(struct rare_ink *r, const char *bytes, size_t n,
    bool is_alternate)
{
	if (bytes[1] == '[' && bytes[n - 1] == 'm' && bytes[2] != '>')
		sgr(r, bytes + 2, bytes + n - 1);
	else if (is(bytes, n, "\0337"))
		r->saved[is_alternate] = r->now;
	else if (is(bytes, n, "\0338"))
		r->now = r->saved[is_alternate];
	else if (is(bytes, n, "\033[?1049h"))
		r->saved[0] = r->now;
	else if (is(bytes, n, "\033[?1049l"))
		r->now = r->saved[0];
	else if (is(bytes, n, "\033c"))
		*r = (struct rare_ink){ 0 };
}

unsigned
rare_ink_of(const char *cluster)
{
	unsigned first = (unsigned char)cluster[0];

	return first < RARE_INK_END ? first : 0;
}
