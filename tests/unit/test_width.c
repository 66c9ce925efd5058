/* test_width.c - titles on a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/base/width.h"

static void
expect(const char *from, unsigned columns, const char *text)
{
	char got[64];

	width_copy(got, sizeof(got), from, columns);
	assert_string_equal(got, text);
}

static void
columns_are_counted_and_not_bytes(void **state)
{
	(void)state;
	expect("Gr\u00fc\u00dfe", 5, "Gr\u00fc\u00dfe");
	expect("\u65e5\u672c\u8a9e", 6, "\u65e5\u672c\u8a9e");
	expect("e\u0301e\u0301", 2, "e\u0301e\u0301");
	expect("\U0001f600", 2, "\U0001f600");
}

static void
what_is_too_long_is_cut_between_characters(void **state)
{
	(void)state;
	expect("abcdefgh", 8, "abcdefgh");
	expect("abcdefgh", 7, "abcd...");
	expect("\u65e5\u672c\u8a9e", 5, "\u65e5...");
	expect("\u65e5\u672c\u8a9e", 4, "...");
}

static void
it_fits_whatever_the_size(void **state)
{
	char to[8];

	(void)state;
	width_copy(to, sizeof(to), "aaaa\u65e5\u672c\u8a9e", 80);
	assert_true(strlen(to) < sizeof(to));
	assert_string_equal(to, "aaaa...");
}

static void
nothing_is_obeyed(void **state)
{
	(void)state;
	expect("a\x1b[2J\nb", 20, "a?[2J?b");
	expect("\xc2\x9b"
	       "2J",
	    20, "?2J");
	expect("x\u202egnp.exe", 20, "x?gnp.exe");
	expect("\xff\xc3(\xe2\x82", 20,
	    "?"
	    "?(?"
	    "?");
	expect("\xc0\x9b\xed\xa0\x80", 20, "?????");
}

static void
expect_lines(const char *text, unsigned columns, const char *lines)
{
	char got[256];
	size_t at = 0, next, n;
	unsigned taken;

	while (*text != '\0') {
		n = width_wrap(text, columns, &next, &taken);
		assert_true(next > 0 && (taken <= columns || taken == 2));
		memcpy(got + at, text, n);
		at += n;
		got[at++] = '|';
		text += next;
	}
	got[at] = '\0';
	assert_string_equal(got, lines);
}

static void
lines_end_between_words(void **state)
{
	(void)state;
	expect_lines("one two three", 7, "one two|three|");
	expect_lines("one two three", 80, "one two three|");
	expect_lines("one two", 5, "one|two|");
	expect_lines("abcdefgh ij", 3, "abc|def|gh|ij|");
	expect_lines("a\nb c", 3, "a|b c|");
	expect_lines("\u65e5\u672c\u8a9e", 4, "\u65e5\u672c|\u8a9e|");
	expect_lines("\u65e5\u672c", 1, "\u65e5|\u672c|");
	expect_lines("\xff\xff\xff", 2, "\xff\xff|\xff|");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_between_words),
		cmocka_unit_test(columns_are_counted_and_not_bytes),
		cmocka_unit_test(what_is_too_long_is_cut_between_characters),
		cmocka_unit_test(it_fits_whatever_the_size),
		cmocka_unit_test(nothing_is_obeyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
