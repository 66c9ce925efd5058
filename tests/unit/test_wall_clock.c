/* test_wall_clock.c - a clock that jumps ahead closes no lab at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/monitor/seats/wall_clock.h"

#define BEGIN INT64_C(1800000000)

static void
a_clock_that_goes_on_holds(void **state)
{
	struct wall_clock w = { 0 };

	(void)state;
	for (int64_t s = 0; s < 1000; s++) {
		assert_int_equal(
		    wall_clock_look(&w, BEGIN + s, (uint64_t)s * 1000), 0);
		assert_int_equal(wall_clock_grace(&w, (uint64_t)s * 1000), 0);
	}
}

static void
a_jump_ahead_gives_ten_minutes(void **state)
{
	struct wall_clock w = { 0 };

	(void)state;
	wall_clock_look(&w, BEGIN, 5000);
	assert_int_equal(wall_clock_look(&w, BEGIN + 8640001, 6000), 8640000);
	assert_int_equal(wall_clock_grace(&w, 6000), 600);
	assert_int_equal(wall_clock_look(&w, BEGIN + 8640002, 7000), 0);
	assert_int_equal(wall_clock_grace(&w, 6000 + 599000), 1);
	assert_int_equal(wall_clock_grace(&w, 6000 + 600000), 0);
}

static void
a_jump_back_is_none(void **state)
{
	struct wall_clock w = { 0 };

	(void)state;
	wall_clock_look(&w, BEGIN, 5000);
	assert_int_equal(wall_clock_look(&w, BEGIN - 8640000, 6000), 0);
	assert_int_equal(wall_clock_grace(&w, 6000), 0);
}

static void
a_loop_that_was_held_up_is_no_jump(void **state)
{
	struct wall_clock w = { 0 };

	(void)state;
	wall_clock_look(&w, BEGIN, 5000);
	assert_int_equal(wall_clock_look(&w, BEGIN + 300, 305000), 0);
	assert_int_equal(wall_clock_look(&w, BEGIN + 359, 306000), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_that_goes_on_holds),
		cmocka_unit_test(a_jump_ahead_gives_ten_minutes),
		cmocka_unit_test(a_jump_back_is_none),
		cmocka_unit_test(a_loop_that_was_held_up_is_no_jump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
