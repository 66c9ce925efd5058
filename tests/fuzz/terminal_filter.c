/*
 * terminal_filter.c - what a student's program prints.
 *
 * The output is looked at by a checker of its own, which knows what a terminal
 * may be shown and nothing of how the filter makes it.
 */
#include "gateway/base/terminal_filter.h"

#include <stdbool.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

struct output {
	uint8_t *bytes;
	size_t n, room;
	size_t switched; /* where the screen changes next, or SIZE_MAX */
};

static void
take(void *self, const uint8_t *bytes, size_t n)
{
	struct output *o = self;

	MUST(n > 0);
	if (o->n + n > o->room) {
		o->room = 2 * (o->n + n);
		o->bytes = realloc(o->bytes, o->room);
		MUST(o->bytes != NULL);
	}
	memcpy(o->bytes + o->n, bytes, n);
	o->n += n;
	if (o->switched != SIZE_MAX) { /* before that very sequence */
		MUST(bytes[0] == 0x1b && (bytes[1] == '[' || bytes[1] == 'c'));
		o->switched = SIZE_MAX;
	}
}

static void
before_screen(void *self, bool alternate)
{
	struct output *o = self;

	(void)alternate;
	MUST(o->switched == SIZE_MAX);
	o->switched = o->n;
}

/* In pieces of 1, 2, ... up to that many bytes, and again from 1. */
static void
filter(const uint8_t *data, size_t size, size_t piece_max, struct output *o,
    struct terminal_filter *f)
{
	const struct terminal_sink sink = { .self = o,
		.bytes = take,
		.before_screen = before_screen };
	size_t piece = piece_max > 16 ? piece_max : 1;

	*o = (struct output){ .switched = SIZE_MAX };
	terminal_filter_init(f);
	for (size_t at = 0; at < size; piece = piece % piece_max + 1) {
		size_t n = size - at < piece ? size - at : piece;

		terminal_filter_run(f, data + at, n, &sink);
		at += n;
	}
	MUST(o->switched == SIZE_MAX);
}

/* --- the checker -------------------------------------------------------- */

/* One whole character above ASCII that is no control. */
static size_t
check_character(const uint8_t *p, const uint8_t *end)
{
	size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	uint32_t code = p[0] & (0x7fu >> n);

	MUST(p[0] >= 0xc2 && p[0] <= 0xf4 && n <= (size_t)(end - p));
	for (size_t i = 1; i < n; i++) {
		MUST((p[i] & 0xc0) == 0x80);
		code = code << 6 | (p[i] & 0x3f);
	}
	MUST(code >= (n == 4 ? 0x10000u : n == 3 ? 0x800u : 0xa0u));
	MUST(code <= 0x10ffff && (code < 0xd800 || code > 0xdfff));
	return n;
}

/* After ESC ]: a title, and nothing that is not text. */
static size_t
check_title(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *start = p;

	MUST(end - p >= 3 && p[0] == '2' && p[1] == ';');
	for (p += 2; p < end && *p != '\a';) {
		MUST(*p >= ' ' && *p != 0x7f);
		p += *p < 0x80 ? 1 : check_character(p, end);
	}
	MUST(p < end && p - start - 2 < TERMINAL_TITLE_SIZE);
	return (size_t)(p + 1 - start);
}

/* What of sequences is answered, or sets what nobody here knows.  Everything is
 * forbidden that is not in these lists. */
static void
check_final(uint8_t prefix, uint8_t intermediate, uint8_t final, long number)
{
	static const long private_modes[] = { 1, 5, 6, 7, 9, 12, 25, 47, 66,
		1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 1047, 1049,
		2004 };
	bool known = false;

	if (intermediate != 0) {
		MUST(prefix == 0 && intermediate == ' ' && final == 'q');
		return;
	}
	if (final == 'h' || final == 'l') {
		for (size_t i = 0;
		     i < sizeof(private_modes) / sizeof(private_modes[0]); i++)
			known |= private_modes[i] == number;
		MUST(prefix == '?' ? known : prefix == 0 && number == 4);
		return;
	}
	if (prefix != 0)
		MUST(prefix == '?' && (final == 'J' || final == 'K'));
	else
		MUST(strchr("@ABCDGHIJKLMPSTXZdefgmr", final) != NULL);
}

/* After ESC [. */
static size_t
check_csi(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *start = p;
	uint8_t prefix = 0, intermediate = 0;
	unsigned arguments = 1;
	long number = 0, first = 0;

	if (p < end && *p >= '<' && *p <= '?')
		prefix = *p++;
	for (; p < end && ((*p >= '0' && *p <= '9') || *p == ';'); p++) {
		if (*p == ';') {
			arguments++;
			number = 0;
		} else {
			number = number * 10 + (*p - '0');
		}
		MUST(number <= TERMINAL_ARG_MAX);
		if (arguments == 1)
			first = number;
	}
	MUST(arguments <= TERMINAL_ARGS_MAX);
	if (p < end && *p >= ' ' && *p <= '/')
		intermediate = *p++;
	MUST(p < end && *p >= '@' && *p <= '~');
	MUST((*p != 'h' && *p != 'l') || arguments == 1);
	check_final(prefix, intermediate, *p, first);
	return (size_t)(p + 1 - start);
}

/* After ESC. */
static size_t
check_escape(const uint8_t *p, const uint8_t *end)
{
	MUST(p < end);
	switch (*p) {
	case '[':
		return 1 + check_csi(p + 1, end);
	case ']':
		return 1 + check_title(p + 1, end);
	case '(':
	case ')':
		MUST(end - p >= 2 && (p[1] == 'B' || p[1] == '0'));
		return 2;
	default:
		MUST(strchr("78=>DEHMc", *p) != NULL);
		return 1;
	}
}

static void
check(const struct output *o)
{
	const uint8_t *p = o->bytes, *end = o->n == 0 ? p : p + o->n;

	while (p < end) {
		if (*p == 0x1b)
			p += 1 + check_escape(p + 1, end);
		else if (*p >= 0x80)
			p += check_character(p, end);
		else {
			MUST((*p >= ' ' && *p < 0x7f) ||
			     (*p >= '\a' && *p <= 0x0f));
			p++;
		}
	}
}

/* --- what must hold ----------------------------------------------------- */

static void
same(struct output *got, const struct output *wanted)
{
	MUST(got->n == wanted->n &&
	     (got->n == 0 || memcmp(got->bytes, wanted->bytes, got->n) == 0));
	free(got->bytes);
}

/* The tracker alone knows the modes that the filter knows. */
static void
check_tracker(const uint8_t *data, size_t size, const struct terminal_filter *f)
{
	struct terminal_filter t;
	size_t half = size / 2;

	terminal_filter_init(&t);
	terminal_filter_track(&t, data, half);
	terminal_filter_track(&t, data + half, size - half);
	MUST(memcmp(&t.modes, &f->modes, sizeof(t.modes)) == 0);
	/* And its values are those that a state may have. */
	terminal_filter_bound(&t);
	MUST(memcmp(&t.modes, &f->modes, sizeof(t.modes)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct output whole, other;
	struct terminal_filter f, g;

	filter(data, size, size + 17, &whole, &f);
	check(&whole);
	check_tracker(data, size, &f);
	filter(data, size, 1, &other, &g);
	same(&other, &whole);
	MUST(memcmp(&f, &g, sizeof(f)) == 0);
	filter(data, size, 7, &other, &g);
	same(&other, &whole);
	filter(whole.bytes, whole.n, whole.n + 17, &other, &g);
	same(&other, &whole);
	MUST(strcmp(f.modes.title, g.modes.title) == 0);
	free(whole.bytes);
	return 0;
}
