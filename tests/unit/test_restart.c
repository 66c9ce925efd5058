/* test_restart.c - how long until a program that was lost is started anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/builder/restart.h"

static void
each_pause_is_twice_the_one_before_up_to_half_a_minute(void **state)
{
	struct restart r = { 0 };
	int pause = 100;

	(void)state;
	for (int i = 0; i < 9; i++, pause *= 2)
		assert_int_equal(restart_pause(&r, 1000), pause);
	for (int i = 0; i < 5; i++)
		assert_int_equal(restart_pause(&r, 1000), 30000);
}

static void
who_has_lived_for_a_minute_begins_anew(void **state)
{
	struct restart r = { .pause_ms = 12800, .started_ms = 1000 };

	(void)state;
	assert_int_equal(restart_pause(&r, 61000), 25600);
	assert_int_equal(restart_pause(&r, 61001), 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_pause_is_twice_the_one_before_up_to_half_a_minute),
		cmocka_unit_test(who_has_lived_for_a_minute_begins_anew),
	};

	return cmocka_run_group_tests_name("restart", tests, NULL, NULL);
}
