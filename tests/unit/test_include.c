/* test_include.c - which lines libconfig could take for an @include. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/base/include.h"

static void
an_include_is_found_by_its_line(void **state)
{
	(void)state;
	assert_int_equal(include_line("@include \"x\""), 1);
	assert_int_equal(include_line("a = 1;\n\n \t @include\t\"x\"\n"), 3);
	assert_int_equal(include_line("a = 1; /*\n@include \"x\" */"), 2);
}

static void
what_does_not_begin_a_line_is_none(void **state)
{
	(void)state;
	assert_int_equal(include_line(""), 0);
	assert_int_equal(include_line("\n\n"), 0);
	assert_int_equal(include_line("motd = \"see @include\";\n"), 0);
	assert_int_equal(include_line("# @include \"x\"\n// @include\n"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_include_is_found_by_its_line),
		cmocka_unit_test(what_does_not_begin_a_line_is_none),
	};

	return cmocka_run_group_tests_name("include", tests, NULL, NULL);
}
