/* test_retention.c - when a recording has become too old. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/recorder/retention.h"

#define DAY   UINT64_C(86400)
#define HOUR  UINT64_C(3600)
#define NOW   (UINT64_C(20000) * DAY)
#define MS(s) ((s)*1000)
#define BEGUN MS(50) /* what the clock that only counts says first */

static struct retention
begin(uint64_t keep, uint64_t wait)
{
	struct retention t = { 0 };

	retention_set(&t, 1 << 20, keep, wait);
	return t;
}

static void
what_is_too_old_goes_at_a_second_look(void **state)
{
	struct retention t = begin(30 * DAY, 6 * HOUR);

	(void)state;
	assert_true(retention_before(&t, NOW, BEGUN) == 0);
	assert_true(retention_before(&t, NOW + HOUR, BEGUN + MS(HOUR)) == 0);
	/* What was too old at the first. */
	assert_true(retention_before(&t, NOW + 6 * HOUR,
			BEGUN + MS(6 * HOUR)) == NOW - 30 * DAY);
	assert_true(
	    retention_before(&t, NOW + 7 * HOUR, BEGUN + MS(7 * HOUR)) == 0);
	assert_true(retention_before(&t, NOW + 12 * HOUR,
			BEGUN + MS(12 * HOUR)) == NOW + 6 * HOUR - 30 * DAY);
}

static void
a_clock_that_jumps_and_is_put_back_removes_nothing(void **state)
{
	struct retention t = begin(30 * DAY, 6 * HOUR);
	uint64_t ahead = 3650 * DAY;

	(void)state;
	assert_true(retention_before(&t, NOW + ahead, BEGUN) == 0);
	assert_true(retention_before(&t, NOW + HOUR, BEGUN + MS(HOUR)) == 0);
	assert_true(retention_before(&t, NOW + 6 * HOUR,
			BEGUN + MS(6 * HOUR)) <= NOW - 29 * DAY);
	/* And just before the second look. */
	assert_true(retention_before(&t, NOW + ahead + 12 * HOUR,
			BEGUN + MS(12 * HOUR)) == NOW + 6 * HOUR - 30 * DAY);
}

static void
for_ever_is_for_ever_and_no_wait_is_none(void **state)
{
	struct retention t = begin(0, 0);

	(void)state;
	assert_true(retention_before(&t, NOW, BEGUN) == 0);
	t = begin(30 * DAY, 0);
	assert_true(retention_before(&t, NOW, BEGUN) == NOW - 30 * DAY);
	/* A clock that was never set. */
	t = begin(30 * DAY, 0);
	assert_true(retention_before(&t, DAY, BEGUN) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_too_old_goes_at_a_second_look),
		cmocka_unit_test(
		    a_clock_that_jumps_and_is_put_back_removes_nothing),
		cmocka_unit_test(for_ever_is_for_ever_and_no_wait_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
