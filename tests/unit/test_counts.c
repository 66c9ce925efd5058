/* test_counts.c - what is counted for metrics, as it happens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/monitor/metrics/counts.h"

static void
a_login_is_counted_under_its_two_words(void **state)
{
	static struct metrics m;
	size_t inner = metric_label_count(LABEL_OUTCOME);

	(void)state;
	metrics_login(&m, "password", "ok");
	metrics_login(&m, "key", "refused");
	metrics_login(&m, "key", "refused");
	assert_int_equal(m.site.at[METRIC_LOGINS][0], 1);
	assert_int_equal(m.site.at[METRIC_LOGINS][inner + 1], 2);
}

static void
labs_are_counted_apart_and_stay(void **state)
{
	static struct metrics m;

	(void)state;
	metrics_lab_add(&m, "a", METRIC_LIMITS, LIMIT_DISK, 3);
	metrics_lab_add(&m, "b", METRIC_LIMITS, LIMIT_DISK, 1);
	metrics_lab_add(&m, "a", METRIC_LIMITS, LIMIT_DISK, 2);
	metrics_lab_observe(&m, "a", METRIC_BUILD, 7);
	metrics_lab_observe(&m, "a", METRIC_BUILD, 1000000);
	assert_int_equal(metrics_lab(&m, "a")->at[METRIC_LIMITS][LIMIT_DISK],
	    5);
	assert_int_equal(metrics_lab(&m, "b")->at[METRIC_LIMITS][LIMIT_DISK],
	    1);
	assert_int_equal(metrics_lab(&m, "a")->at[METRIC_BUILD][1], 1);
	assert_int_equal(metrics_lab(&m, "a")->at[METRIC_BUILD][METRIC_BUCKETS],
	    1);
	assert_int_equal(metrics_lab(&m, "a")->at[METRIC_BUILD][METRIC_SUM],
	    1000007);
	metrics_free(&m);
	assert_true(LIST_EMPTY(&m.labs));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_login_is_counted_under_its_two_words),
		cmocka_unit_test(labs_are_counted_apart_and_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
