/* test_echo.c - how long a key takes to what the program made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/session/terminal/echo.h"

static void
the_median_is_of_the_last_keys(void **state)
{
	struct echoes e = { 0 };

	(void)state;
	assert_int_equal(echo_median(&e), 0);
	for (int i = 0; i < 100; i++) {
		echo_typed(&e, 1, 1000);
		echo_shown(&e, 1000 + 9000);
	}
	assert_int_equal(e.count, ECHOES_MAX);
	for (int i = 0; i < ECHOES_MAX; i++) {
		echo_typed(&e, 1, 1000);
		echo_shown(&e, 1000 + (i * 7) % ECHOES_MAX);
	}
	assert_int_equal(echo_median(&e), ECHOES_MAX / 2);
}

static void
what_answers_no_key_does_not_count(void **state)
{
	struct echoes e = { 0 };

	(void)state;
	echo_shown(&e, 500); /* nothing was typed */
	echo_typed(&e, 4096, 1000);
	echo_shown(&e, 1001); /* that was pasted */
	echo_typed(&e, 1, 2000);
	echo_shown(&e, 2000 + 5000000); /* a clock on the screen */
	echo_shown(&e, 2000 + 5000001);
	assert_int_equal(e.count, 0);
	echo_typed(&e, 3, 10000000);
	echo_shown(&e, 10000250);
	assert_int_equal(e.count, 1);
	assert_int_equal(echo_median(&e), 250);
}

static void
all_are_counted_until_they_are_told(void **state)
{
	struct echoes e = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++) {
		echo_typed(&e, 1, 1000);
		echo_shown(&e, 1000 + 9000);
	}
	echo_typed(&e, 1, 1000);
	echo_shown(&e, 1000 + 1000000);
	assert_int_equal(metric_times(e.untold), 101);
	assert_int_equal(e.untold[metric_bucket(METRIC_UNIT_US, 9000)], 100);
	assert_int_equal(e.untold[METRIC_BUCKETS], 0);
	assert_int_equal(e.untold[METRIC_SUM], 100 * 9000 + 1000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_median_is_of_the_last_keys),
		cmocka_unit_test(what_answers_no_key_does_not_count),
		cmocka_unit_test(all_are_counted_until_they_are_told),
	};

	return cmocka_run_group_tests_name("echo", tests, NULL, NULL);
}
