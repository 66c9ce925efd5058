/* test_time_factor.c - what time limits are multiplied with, as people write it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/admin/account/time_factor.h"
#include "gateway/base/array.h"

static void
a_factor_has_up_to_two_decimals(void **state)
{
	static const struct {
		const char *text;
		int64_t percent;
	} good[] = { { "1", 100 }, { "1.5", 150 }, { "1,25", 125 },
		{ "0.5", 50 }, { "10", 1000 }, { "1.05", 105 },
		{ "2.00", 200 } };
	struct err e;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		int64_t percent = 0;

		assert_int_equal(time_factor_parse(good[i].text, &percent, &e),
		    0);
		assert_int_equal(percent, good[i].percent);
	}
}

static void
what_is_none_is_quoted(void **state)
{
	static const char *const wrong[] = { "", "x", "1.", ".5", "1.234", "-1",
		"+1", " 1", "1 ", "1.5x", "0.49", "10.01", "0", "1e1", "150%",
		"99999999999999999999", "1.5.5", "\033[2J" };
	struct err e;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		int64_t percent;

		assert_int_equal(time_factor_parse(wrong[i], &percent, &e), -1);
		assert_non_null(strstr(e.text, "is no time factor: write a"
					       " number from 0.5 to 10"));
		assert_null(strchr(e.text, '\033'));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_factor_has_up_to_two_decimals),
		cmocka_unit_test(what_is_none_is_quoted),
	};

	return cmocka_run_group_tests_name("time_factor", tests, NULL, NULL);
}
