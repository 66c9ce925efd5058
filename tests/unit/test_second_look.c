/* test_second_look.c - a clock that is wrong for a while removes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/monitor/accounts/second_look.h"

#define DAY  86400
#define WAIT 1000

static void
the_first_look_decides_nothing(void **state)
{
	struct second_look l = { 0 };
	int64_t come;

	(void)state;
	assert_false(second_look(&l, 500, 10, WAIT, &come));
	assert_false(second_look(&l, 501, 10 + WAIT - 1, WAIT, &come));
}

static void
the_second_says_what_had_come_at_the_first(void **state)
{
	struct second_look l = { 0 };
	int64_t come;

	(void)state;
	second_look(&l, 500, 10, WAIT, &come);
	assert_true(second_look(&l, 501, 10 + WAIT, WAIT, &come));
	assert_int_equal(come, 500);
	/* It was the first of the next two. */
	assert_false(second_look(&l, 502, 11 + WAIT, WAIT, &come));
	assert_true(second_look(&l, 503, 10 + 2 * WAIT, WAIT, &come));
	assert_int_equal(come, 501);
}

static void
a_clock_that_was_ahead_at_a_start_is_not_believed(void **state)
{
	struct second_look l = { 0 };
	int64_t come;

	(void)state;
	second_look(&l, 500 + 100 * DAY, 10, WAIT, &come);
	assert_true(second_look(&l, 501, 10 + WAIT, WAIT, &come));
	assert_int_equal(come, 501);
}

static void
a_clock_that_jumps_ahead_is_not_believed_at_once(void **state)
{
	struct second_look l = { 0 };
	int64_t come;

	(void)state;
	second_look(&l, 500, 10, WAIT, &come);
	assert_true(second_look(&l, 501 + 100 * DAY, 10 + WAIT, WAIT, &come));
	assert_int_equal(come, 500);
	/* And it was right again for a moment before the next. */
	assert_false(second_look(&l, 502, 20 + WAIT, WAIT, &come));
	assert_true(
	    second_look(&l, 503 + 100 * DAY, 10 + 2 * WAIT, WAIT, &come));
	assert_int_equal(come, 502);
}

static void
without_a_wait_each_look_counts(void **state)
{
	struct second_look l = { 0 };
	int64_t come;

	(void)state;
	assert_true(second_look(&l, 500, 10, 0, &come));
	assert_int_equal(come, 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_look_decides_nothing),
		cmocka_unit_test(the_second_says_what_had_come_at_the_first),
		cmocka_unit_test(
		    a_clock_that_was_ahead_at_a_start_is_not_believed),
		cmocka_unit_test(
		    a_clock_that_jumps_ahead_is_not_believed_at_once),
		cmocka_unit_test(without_a_wait_each_look_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
