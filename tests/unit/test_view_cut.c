/* test_view_cut.c - a screen that is longer than what is kept of one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/web/view_cut.h"

static void
expect(const char *view, size_t most, const char *wanted)
{
	char text[128];

	strcpy(text, view);
	view_cut(text, most);
	assert_string_equal(text, wanted);
}

static void
what_is_short_enough_stays_as_it_is(void **state)
{
	(void)state;
	expect("\033[31mred\033[0m\n", 16, "\033[31mred\033[0m\n");
	expect("", 0, "");
}

static void
a_longer_one_goes_without_colours_first(void **state)
{
	(void)state;
	expect("\033[38;2;1;2;3mred\033[0m\nx\033[m\n", 9, "red\nx\n");
	expect("a\033[12Cb\033[1m\n", 8, "a\033[12Cb\n");
}

static void
then_without_its_last_rows(void **state)
{
	(void)state;
	expect("one\ntwo\nthree\n", 10, "one\ntwo\n");
	expect("one\ntwo\nthree\n", 2, "on");
}

static void
half_a_sequence_is_no_end_of_the_text(void **state)
{
	(void)state;
	expect("abc\033", 1, "a");
	expect("\033[31", 3, "\033[3");
	expect("\033[31mab\033[", 4, "ab\033[");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_short_enough_stays_as_it_is),
		cmocka_unit_test(a_longer_one_goes_without_colours_first),
		cmocka_unit_test(then_without_its_last_rows),
		cmocka_unit_test(half_a_sequence_is_no_end_of_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
