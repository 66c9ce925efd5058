/* test_view.c - the rows of a screen as text, for a window of another size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "gateway/screen/screen.h"
#include "gateway/screen/view.h"

static void
expect(const char *input, unsigned rows, unsigned cols, const char *wanted)
{
	struct screen *s = screen_new(4, 10);
	char got[4096];
	size_t n;

	assert_non_null(s);
	screen_feed(s, (const uint8_t *)input, strlen(input));
	n = view_paint(s, rows, cols, got, sizeof(got) - 1);
	assert_true(n > 0 && n < sizeof(got));
	got[n] = '\0';
	assert_string_equal(got, wanted);
	screen_free(s);
}

static void
a_larger_window_gets_all_rows(void **state)
{
	(void)state;
	expect("one\r\n\033[31mtwo\033[m x", 9, 20,
	    "0 0 1 5 1\none\n\033[31mtwo \033[0mx\n\n\n");
}

static void
a_smaller_one_gets_the_part_with_the_cursor(void **state)
{
	(void)state;
	expect("one\r\ntwo\r\nthree\r\n 23456789a", 2, 4,
	    "2 6 1 3 1\n\n789a\n");
	expect("one\r\ntwo\r\nthree\r\nfour\033[H", 2, 4,
	    "0 0 0 0 1\none\ntwo\n");
}

static void
half_a_character_is_not_shown(void **state)
{
	(void)state;
	expect("abc\xe4\xb8\xad\xe6\x96\x87\033[H", 1, 4, "0 0 0 0 1\nabc\n");
}

static void
modes_for_whoever_types_are_told(void **state)
{
	(void)state;
	expect("\033[?25l\033[?1h", 1, 5, "0 0 0 0 2\n\n");
	expect("\033[?2004h\033=", 1, 5, "0 0 0 0 261\n\n");
}

static void
of_the_alternate_screen_that_is_shown(void **state)
{
	(void)state;
	expect("below\033[?1049h\033[Hvim", 1, 10, "0 0 0 3 1\nvim\n");
}

static void
a_view_that_does_not_fit_is_none(void **state)
{
	struct screen *s = screen_new(24, 80);
	char got[20];

	(void)state;
	assert_int_equal(view_paint(s, 24, 80, got, sizeof(got)), 0);
	assert_int_equal(view_paint(s, 0, 80, got, sizeof(got)), 0);
	screen_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_larger_window_gets_all_rows),
		cmocka_unit_test(a_smaller_one_gets_the_part_with_the_cursor),
		cmocka_unit_test(half_a_character_is_not_shown),
		cmocka_unit_test(modes_for_whoever_types_are_told),
		cmocka_unit_test(of_the_alternate_screen_that_is_shown),
		cmocka_unit_test(a_view_that_does_not_fit_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
