/* test_bucket.c - how often something may happen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/base/bucket.h"

static void
some_at_once_and_then_one_by_one(void **state)
{
	struct bucket b;

	(void)state;
	bucket_fill(&b, 3, 100);
	for (int i = 0; i < 3; i++)
		assert_true(bucket_take(&b, 1000));
	assert_false(bucket_take(&b, 1000));
	assert_int_equal(bucket_wait_ms(&b, 1030), 70);
	assert_false(bucket_take(&b, 1099));
	assert_true(bucket_take(&b, 1100));
	assert_false(bucket_take(&b, 1199));
	assert_true(bucket_take(&b, 1250)); /* the half is not lost, */
	assert_true(bucket_take(&b, 1300)); /* and not given twice */
	assert_false(bucket_take(&b, 1301));
}

static void
it_is_full_again_after_a_while_and_not_fuller(void **state)
{
	struct bucket b;

	(void)state;
	bucket_fill(&b, 3, 100);
	for (int i = 0; i < 3; i++)
		assert_true(bucket_take(&b, 0));
	for (int i = 0; i < 3; i++)
		assert_true(bucket_take(&b, INT64_MAX / 2));
	assert_false(bucket_take(&b, INT64_MAX / 2));
}

static void
a_full_one_does_not_save_up(void **state)
{
	struct bucket b;

	(void)state;
	bucket_fill(&b, 1, 100);
	bucket_refill(&b, 99999);
	assert_int_equal(bucket_wait_ms(&b, 99999), 0);
	assert_true(bucket_take(&b, 99999));
	assert_false(bucket_take(&b, 100098));
	assert_true(bucket_take(&b, 100099));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(some_at_once_and_then_one_by_one),
		cmocka_unit_test(it_is_full_again_after_a_while_and_not_fuller),
		cmocka_unit_test(a_full_one_does_not_save_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
