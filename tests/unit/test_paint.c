/*
 * test_paint.c - the bytes that bring a client's terminal to what a screen is.
 *
 * What was painted is shown to another screen, which must then be as the first
 * one: cells, cursor, modes, both screens.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/screen/paint.h"
#include "tests/screens.h"

static struct screen *
shown(const char *input, unsigned rows, unsigned cols)
{
	struct screen *s = screen_new(rows, cols);

	assert_non_null(s);
	screen_feed(s, (const uint8_t *)input, strlen(input));
	return s;
}

/* The text of a painting, for a window of that size; free() it. */
static char *
painted_with(struct screen *s, unsigned rows, unsigned cols,
    struct paint_note *note)
{
	char *to = malloc(TERMINAL_PAINT_BYTES + 1);
	size_t n;

	assert_non_null(to);
	n = paint(s, rows, cols, to, TERMINAL_PAINT_BYTES, note);
	assert_true(n > 0 && n < TERMINAL_PAINT_BYTES);
	to[n] = '\0';
	return to;
}

static char *
painted(struct screen *s, unsigned rows, unsigned cols)
{
	struct paint_note note;

	return painted_with(s, rows, cols, &note);
}

#define NOTE "\033[7mNOTE\033[m"

/* With a note over it, which is seen until what is under it is painted. */
static char *
put_note(const char *bytes, struct paint_note note, bool is_gone)
{
	char *with = malloc(strlen(bytes) + sizeof(NOTE));
	size_t at = note.at;

	assert_non_null(with);
	memcpy(with, bytes, at);
	strcpy(with + at, NOTE);
	strcat(with, bytes + at);
	if (!is_gone)
		with[note.under + strlen(NOTE)] = '\0';
	return with;
}

static void
a_note_over_it_goes(const char *bytes, struct paint_note note,
    const char *wanted, unsigned rows, unsigned cols)
{
	for (int is_gone = 0; is_gone < 2; is_gone++) {
		char *with = put_note(bytes, note, is_gone);
		struct screen *s = shown(with, rows, cols);
		char *got = screens_dump(s);

		if (is_gone)
			assert_string_equal(got, wanted);
		else
			assert_non_null(strstr(got, "\nNOTE"));
		free(got);
		free(with);
		screen_free(s);
	}
}

static void
comes_back(const char *input, unsigned rows, unsigned cols)
{
	struct screen *first = shown(input, rows, cols), *second;
	char *before = screens_dump(first), *after, *bytes;
	struct paint_note note;

	bytes = painted_with(first, rows, cols, &note);
	second = shown(bytes, rows, cols);
	after = screens_dump(second);
	if (strcmp(before, after) != 0)
		print_message("%s\n--- became\n%s\n--- by %s\n", before, after,
		    bytes);
	assert_string_equal(before, after);
	assert_true(note.at > 0 && note.at < note.under);
	a_note_over_it_goes(bytes, note, before, rows, cols);
	free(before);
	free(after);
	free(bytes);
	screen_free(first);
	screen_free(second);
}

/* The line of the dump that is row n. */
static void
expect_row(const char *input, unsigned row, const char *text)
{
	struct screen *s = shown(input, 6, 20);
	char *dump = screens_dump(s), *line = dump, *end;

	for (unsigned i = 0; i <= row; i++)
		line = strchr(line, '\n') + 1;
	end = strchr(line, '\n');
	*end = '\0';
	assert_string_equal(line, text);
	free(dump);
	screen_free(s);
}

/* --- what a terminal shows ---------------------------------------------- */

static void
text_stands_where_a_terminal_has_it(void **state)
{
	(void)state;
	expect_row("hello\r\nworld", 1, "world");
	expect_row("\033[3;5Hx\033[2Dy", 2, "   yx");
	expect_row("\033[?7labcdefghijklmnopqrstuvwxyz", 0,
	    "abcdefghijklmnopqrsz");
	expect_row("12345678901234567890x", 1, "x");
	expect_row("e\xcc\x81t\xc3\xa9 a\xcc\x8a\xcc\xa3", 0,
	    "e\xcc\x81t\xc3\xa9 a\xcc\x8a\xcc\xa3");
	expect_row("\xcc\x81 alone", 0, " alone");
	expect_row("\xe4\xbd\xa0\xe5\xa5\xbd!", 0, "\xe4\xbd\xa0\xe5\xa5\xbd!");
	/* No room for both halves of the last one. */
	expect_row("1234567890123456789\xe4\xbd\xa0", 0, "1234567890123456789");
	expect_row("1234567890123456789\xe4\xbd\xa0", 1, "\xe4\xbd\xa0");
	/* Half of it was written over. */
	expect_row("\xe4\xbd\xa0\033[2Gx", 0, " x");
	/* Lines are drawn with G0 or G1, and neither is for Latin-1. */
	expect_row("\033(0lqqk\033(Bq", 0, "\u250c\u2500\u2500\u2510q");
	expect_row("\033)0\016x\017x\xc3\xa9", 0, "\u2502x\xc3\xa9");
	expect_row("\033(0q\033[5b", 0, "\u2500\u2500\u2500\u2500\u2500\u2500");
	/* In the region, from its top. */
	expect_row("\033[2;4r\033[?6h\033[1;1Hx", 1, "x");
	expect_row("abc\033[3;5rx", 0, "xbc");
	expect_row("a\r\nb\r\nc\033[2;3r\033[3;1H\n\033[ro", 1, "c");
	expect_row("a\033[4hx\033[4ly", 0, "axy");
	expect_row("bc\033[1G\033[4ha", 0, "abc");
	/* Below the alternate screen. */
	expect_row("shell\033[?1049hvim\033[?1049l$", 0, "shell$");
	expect_row("shell\033[?1049h\033[?1049hvim\033[?1049l$", 0, "shell$");
	expect_row("shell\033[?1049l$", 0, "shell$");
	expect_row("\033[!pshell", 0, "shell");
}

static void
a_screen_comes_back(void **state)
{
	static const char *const inputs[] = {
		"",
		"hello\r\nworld\r\n$ ",
		"\033[24;80Hx",
		"\033[10;10H\033[1;3;4;5;7mall\033[0m none \033[4m  \033[0mx",
		"\033[31mred\033[91mlight\033[42mgreen\033[102mlight\033[0m",
		"\033[38;5;208mindex\033[48;5;17mback\033[38;5;244mgrey\033[m",
		"\033[38;2;1;2;3mtrue\033[48;2;250;251;252mcolour\033[0;1mx",
		"\033[44m\033[2J\033[5;5Hx\033[0m\033[K",
		"\033[7mreverse\033[K\r\n\033[0;4munder\033[K",
		"\xe4\xbd\xa0\xe5\xa5\xbd \xf0\x9f\x98\x80 e\xcc\x81 "
		"gr\xc3\xbc\xc3\x9f",
		"\033[1;79H\xe4\xbd\xa0\033[2;80H\xe4\xbd\xa0\033[3;"
		"79Hx\xe4\xbd\xa0",
		"\xe4\xbd\xa0\xe4\xbd\xa0\033[2Gx\033[4G\033[P",
		"\033(0lqqqk\r\nx\033(B x",
		"shell$ vim\r\n\033[?1049h\033[?1h\033=\033[2J\033[H~\r\n~\r\n"
		"\033[24;1H\033[7mstatus\033[0m\033[1;1H\033]2;vim\a",
		"shell$ \033[?47hother",
		"shell$ \033[?1049h\033[?1049l back",
		"\033[5;20r\033[10;1Hregion",
		"\033[5;20r\033[?6h\033[3;3Hx",
		"\033[5r\033[7;7H",
		"\033[?25l\033[?7l\033[4h\033[?5h\033[?2004h\033[?1002h\033[?"
		"1006h",
		"\033[4 q\033[?1004h\033[?12h\033[?66h",
		"\033[3;3Hhere\0337\033[10;10Hthere",
		"\033[1;31mstill red",
		"\033[2mfaint\033[22m \033[9mstruck  out\033[29m "
		"\033[8mhidden\033[0m x",
		"\033[2;31;44m\xe4\xbd\xa0 e\xcc\x81\033[0m \033[9mstill ",
		"\033[2mf\0337\033[0mx\0338still",
		"\033[?1049h\033[9mother\033[?1049lnot",
		"\033[2;9m\033(0qq q\033(Bq\033[1;4Hx",
		"\033(0still lines",
		"\033)0\016shifted",
		"\033[3g\033[5G\033H\033[20G\033H\033[1Gx",
		"\033[1;78Habc",	  /* waits to wrap */
		"\033[1;79H\xe4\xbd\xa0", /* and with a wide one */
		"\033[1;78Hab\033[31mc\033[?7l",
		"\033[24;78Habc",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(inputs); i++) {
		comes_back(inputs[i], 24, 80);
		comes_back(inputs[i], 50, 200);
		comes_back(inputs[i], 5, 10);
	}
}

/* It goes on as on a terminal that was never left. */
static void
what_is_printed_next_is_the_same(void **state)
{
	static const struct {
		const char *before, *after;
	} rows[] = {
		{ "\033[1;78Habc", "d" },
		{ "\033[24;78Habc", "d" },
		{ "\033[5;20r\033[20;1Hlast", "\n\nx" },
		{ "\033[5;20r\033[?6h\033[3;3H", "\033[1;1Hx\033[99;1Hy" },
		{ "\033[1;31m", "red\033[0m\033[K" },
		{ "\033(0", "lqk\033(B" },
		{ "\033[3;3Hhere\0337\033[10;10H", "\0338x" },
		{ "\033[2;9m", "faint\033[22mx" },
		{ "\033[2;35m\0337\033[0mx", "\0338x" },
		{ "\033[4habc\033[1G", "xyz" },
		{ "$ vim\033[?1049h\033[2J\033[10;10H~~", "\033[?1049lrest" },
		{ "\033[4;4H\033[?1049h\033[?1047ll\033[?47h", "\033[?47lx" },
		{ "\033[3g\033[5G\033H\033[1G", "\tx\ty" },
		{ "\033[44m", "\033[2J" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct screen *a = shown(rows[i].before, 24, 80), *b, *c;
		char *bytes = painted(a, 24, 80), *wanted, *got;

		b = shown(bytes, 24, 80);
		c = shown(rows[i].before, 24, 80);
		screen_feed(b, (const uint8_t *)rows[i].after,
		    strlen(rows[i].after));
		screen_feed(c, (const uint8_t *)rows[i].after,
		    strlen(rows[i].after));
		got = screens_dump(b);
		wanted = screens_dump(c);
		assert_string_equal(got, wanted);
		free(bytes);
		free(got);
		free(wanted);
		screen_free(a);
		screen_free(b);
		screen_free(c);
	}
}

/* --- another window ----------------------------------------------------- */

static void
expect_window(const char *input, unsigned rows, unsigned cols, unsigned row,
    const char *text)
{
	struct screen *s = shown(input, 6, 20), *window;
	char *bytes = painted(s, rows, cols), *dump, *line;

	window = shown(bytes, rows, cols);
	line = dump = screens_dump(window);
	for (unsigned i = 0; i <= row; i++)
		line = strchr(line, '\n') + 1;
	*strchr(line, '\n') = '\0';
	assert_string_equal(line, text);
	free(bytes);
	free(dump);
	screen_free(s);
	screen_free(window);
}

static void
a_smaller_window_shows_the_part_with_the_cursor(void **state)
{
	static const char six[] =
	    "1one\r\n2two\r\n3three\r\n4four\r\n5five\r\n6six";

	(void)state;
	expect_window(six, 3, 20, 0, "4four");
	expect_window(six, 3, 20, 2, "6six");
	expect_window(six, 3, 3, 2, "6si");
	expect_window(six, 10, 40, 5, "6six");
	expect_window("\033[2;18H\xe4\xbd\xa0x\033[1;1H1", 3, 18, 1, "");
	expect_window("a\033[5;1Hb\033[1;1H", 3, 20, 0, "a");
	expect_window("a\033[5;1Hb\033[?1049hother", 3, 20, 2, " other");
	expect_window("x\033[2;5r", 1, 1, 0, "x");
}

/* The region that the window is left with, from 1; 0 and 0 is all of it. */
static void
expect_region(const char *input, unsigned rows, unsigned top, unsigned bottom)
{
	struct screen *s = shown(input, 6, 20), *window;
	char *bytes = painted(s, rows, 20);

	window = shown(bytes, rows, 20);
	assert_int_equal(window->filter.modes.top, top);
	assert_int_equal(window->filter.modes.bottom >= rows
			     ? 0
			     : window->filter.modes.bottom,
	    bottom);
	free(bytes);
	screen_free(s);
	screen_free(window);
}

/* vim sets the whole screen as its region, and a larger window has more rows. */
static void
a_region_to_the_last_row_grows_with_the_window(void **state)
{
	(void)state;
	expect_region("\033[1;6r", 6, 0, 0);
	expect_region("\033[1;6r", 10, 0, 0);
	expect_region("\033[2;6r", 10, 2, 0);
	expect_region("\033[2;5r", 10, 2, 5);
	expect_region("\033[2;6r", 4, 2, 0);
}

/* --- bytes -------------------------------------------------------------- */

/* Without a note there is no need to go where it would be, nor for what is under
 * it. */
static void
leave_note_out(char *bytes, struct paint_note note)
{
	char *place = bytes + note.at;

	bytes[note.under] = '\0';
	while (*--place != '\033')
		continue;
	memmove(place, bytes + note.at, strlen(bytes + note.at) + 1);
}

static void
expect_bytes(const char *input, const char *bytes)
{
	struct screen *s = shown(input, 3, 40);
	struct paint_note note;
	char *all = painted_with(s, 3, 40, &note), *at;
	static const char prelude[] = "\033[3;1H\n\n\n\033[H\033[J";

	assert_memory_equal(all, terminal_reset, strlen(terminal_reset));
	leave_note_out(all, note);
	at = all + strlen(terminal_reset);
	assert_memory_equal(at, prelude, strlen(prelude));
	assert_string_equal(at + strlen(prelude), bytes);
	free(all);
	screen_free(s);
}

static void
few_bytes_are_enough(void **state)
{
	(void)state;
	expect_bytes("", "\033[1;1H");
	expect_bytes("a  b $ ", "a  b $ \033[1;8H");
	expect_bytes("a  b\r\nc\r\n", "a  b\r\nc\033[3;1H");
	expect_bytes("a\033[9Gb\033[1;1H", "a\033[7Cb\033[1;1H");
	expect_bytes("\033[4ma\033[4Gb\033[1;1H\033[m",
	    "\033[4ma\033[2Cb\033[0m\033[1;1H");
	expect_bytes("\033[31ma\033[1mb\033[0mc",
	    "\033[31ma\033[1mb\033[0mc\033[1;4H");
	expect_bytes("\033[2mab\033[22mc", "\033[2mab\033[0mc\033[1;4H");
	expect_bytes("\033[9m \033[8m x\033[m",
	    "\033[9m  \033[8mx\033[0m\033[1;4H");
	/* Of the palette, as the program said; and what is no index. */
	expect_bytes("\033[38;5;208ma\033[38;5;255mb\033[38;2;1;2;3mc\033[m",
	    "\033[38;5;208ma\033[38;5;255mb\033[38;2;1;2;3mc\033[0m\033[1;4H");
	expect_bytes("\033[38;5;1ma\033[38;5;9mb\033[39m",
	    "\033[31ma\033[91mb\033[0m\033[1;3H");
	expect_bytes("a\033[2;3H\033[?1049hb",
	    "a\033[2;3H\033[?1049h\033[H\033[J\033[2;3Hb\033[2;4H");
}

static char *
colours(unsigned rows, unsigned cols, const char *text)
{
	char *input = malloc((size_t)rows * cols * 48 + 1), *to = input;

	assert_non_null(input);
	for (unsigned i = 0; i < rows * cols; i++)
		to += sprintf(to, "\033[38;2;%u;%u;%um%s", i % 256,
		    i / 256 % 256, 7 + i % 2, text);
	return input;
}

/* A picture of true colours is too much, and its text is not. */
static void
what_is_too_much_is_painted_without_colours(void **state)
{
	char *input = colours(150, 200, "x"), *bytes;
	struct screen *s = shown(input, 150, 200);
	struct paint_note note;

	(void)state;
	bytes = painted(s, 150, 200);
	assert_null(strstr(bytes, "38;2"));
	assert_non_null(strstr(bytes, "xxxxxxxxxxxxxxxx"));
	free(input);
	free(bytes);
	screen_free(s);
	/* And when that is too much as well, it is said. */
	s = shown("\033[2J", 300, 600);
	for (unsigned row = 1; row <= 300; row++) {
		char at[32];

		snprintf(at, sizeof(at), "\033[%u;1H", row);
		screen_feed(s, (const uint8_t *)at, strlen(at));
		for (unsigned col = 0; col < 300; col++)
			screen_feed(s, (const uint8_t *)"\xe4\xbd\xa0", 3);
	}
	bytes = malloc(TERMINAL_PAINT_BYTES);
	assert_int_equal(paint(s, 300, 600, bytes, TERMINAL_PAINT_BYTES, &note),
	    0);
	assert_int_equal(paint(s, 0, 80, bytes, TERMINAL_PAINT_BYTES, &note),
	    0);
	free(bytes);
	screen_free(s);
}

/* No size that somebody asks for costs more than the greatest. */
static void
sizes_are_bounded(void **state)
{
	struct screen *s = screen_new(65535, 65535);

	(void)state;
	assert_int_equal(s->rows, SCREEN_ROWS_MAX);
	assert_int_equal(s->cols, SCREEN_COLS_MAX);
	assert_int_equal(screen_resize(s, 0, 0), 0);
	assert_int_equal(s->rows, 1);
	assert_int_equal(s->cols, SCREEN_COLS_MIN);
	screen_feed(s, (const uint8_t *)"\033[4hx\xe4\xbd\xa0y\n", 10);
	screen_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_stands_where_a_terminal_has_it),
		cmocka_unit_test(a_screen_comes_back),
		cmocka_unit_test(what_is_printed_next_is_the_same),
		cmocka_unit_test(
		    a_smaller_window_shows_the_part_with_the_cursor),
		cmocka_unit_test(
		    a_region_to_the_last_row_grows_with_the_window),
		cmocka_unit_test(few_bytes_are_enough),
		cmocka_unit_test(what_is_too_much_is_painted_without_colours),
		cmocka_unit_test(sizes_are_bounded),
	};

	return cmocka_run_group_tests_name("paint", tests, NULL, NULL);
}
