/* test_responses.c - how fast the gateway was for a client, as its session says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/monitor/metrics/responses.h"

static bool
is_possible(const uint64_t *numbers)
{
	return responses_are_possible(numbers, METRIC_SUM + 1);
}

static void
what_was_measured_is_possible(void **state)
{
	static const uint64_t times[] = { 0, 1, 100, 101, 999, 50000, 1000000 };
	uint64_t numbers[METRIC_SUM + 1] = { 0 };

	(void)state;
	assert_true(is_possible(numbers));
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		numbers[metric_bucket(METRIC_UNIT_US, times[i])]++;
		numbers[METRIC_SUM] += times[i];
		assert_true(is_possible(numbers));
	}
}

static void
a_sum_fits_its_buckets(void **state)
{
	uint64_t numbers[METRIC_SUM + 1] = { [1] = 10 };

	(void)state;
	numbers[METRIC_SUM] = 999; /* ten of more than 100 */
	assert_false(is_possible(numbers));
	numbers[METRIC_SUM] = 1000;
	assert_true(is_possible(numbers));
	numbers[METRIC_SUM] = 2500;
	assert_true(is_possible(numbers));
	numbers[METRIC_SUM] = 2501;
	assert_false(is_possible(numbers));
}

static void
nothing_is_too_large(void **state)
{
	uint64_t numbers[METRIC_SUM + 1] = { 0 };

	(void)state;
	numbers[METRIC_SUM] = UINT64_MAX;
	assert_false(is_possible(numbers));
	numbers[0] = UINT64_MAX;
	assert_false(is_possible(numbers));
	numbers[0] = UINT64_C(1) << 63; /* times two is 0 */
	numbers[1] = UINT64_C(1) << 63;
	numbers[METRIC_SUM] = 0;
	assert_false(is_possible(numbers));
}

static void
a_second_is_the_longest_and_all_buckets_are_there(void **state)
{
	uint64_t numbers[METRIC_SUM + 1] = { [METRIC_BUCKETS] = 1 };

	(void)state;
	numbers[METRIC_SUM] = 1000001;
	assert_false(is_possible(numbers));
	numbers[METRIC_BUCKETS] = 0;
	numbers[METRIC_SUM] = 0;
	assert_false(responses_are_possible(numbers, METRIC_SUM));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_measured_is_possible),
		cmocka_unit_test(a_sum_fits_its_buckets),
		cmocka_unit_test(nothing_is_too_large),
		cmocka_unit_test(
		    a_second_is_the_longest_and_all_buckets_are_there),
	};

	return cmocka_run_group_tests_name("responses", tests, NULL, NULL);
}
