/* test_drain.c - the gateway empties, to be maintained. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/monitor/seats/drain.h"

#define NOW UINT64_C(5000)

static void
it_ends_when_the_last_has_left(void **state)
{
	struct drain d = { 0 };

	(void)state;
	assert_false(drain_has_ended(&d, NOW, true));
	assert_true(drain_begin(&d, NOW, 0));
	assert_true(drain_is_on(&d));
	assert_true(drain_left(&d, NOW) == INT64_MAX);
	assert_false(drain_has_ended(&d, NOW + 1000000000, false));
	assert_true(drain_has_ended(&d, NOW, true));
	assert_false(drain_has_ended(&d, NOW, true)); /* once */
}

static void
it_ends_when_its_time_is_up(void **state)
{
	struct drain d = { 0 };

	(void)state;
	assert_true(drain_begin(&d, NOW, 60));
	assert_int_equal(drain_left(&d, NOW), 60);
	assert_int_equal(drain_left(&d, NOW + 1), 60);
	assert_int_equal(drain_left(&d, NOW + 59001), 1);
	assert_false(drain_has_ended(&d, NOW + 59999, false));
	assert_int_equal(drain_left(&d, NOW + 60000), 0);
	assert_true(drain_has_ended(&d, NOW + 60000, false));
}

static void
its_time_is_changed_and_it_is_taken_back(void **state)
{
	struct drain d = { 0 };

	(void)state;
	assert_false(drain_cancel(&d));
	assert_true(drain_begin(&d, NOW, 60));
	assert_true(drain_begin(&d, NOW, 120));
	assert_int_equal(drain_left(&d, NOW), 120);
	assert_true(drain_begin(&d, NOW, 0));
	assert_true(drain_left(&d, NOW) == INT64_MAX);
	assert_true(drain_cancel(&d));
	assert_false(drain_is_on(&d));
	assert_false(drain_has_ended(&d, NOW, true));
	assert_true(drain_begin(&d, NOW, 1)); /* and again */
}

static void
what_is_over_is_neither_changed_nor_taken_back(void **state)
{
	struct drain d = { 0 };

	(void)state;
	drain_begin(&d, NOW, 0);
	drain_has_ended(&d, NOW, true);
	assert_false(drain_begin(&d, NOW, 60));
	assert_false(drain_cancel(&d));
	assert_int_equal(d.state, DRAIN_OVER);
}

static void
each_text_says_when(void **state)
{
	struct drain d = { 0 };
	char text[TEXT_SIZE];

	(void)state;
	drain_describe(&d, NOW, text);
	assert_string_equal(text, "");
	drain_begin(&d, NOW, 1200);
	drain_describe(&d, NOW, text);
	assert_string_equal(text,
	    "draining: ends when the last has left, in 20 minutes at most");
	drain_notice(&d, NOW, text);
	assert_non_null(strstr(text, "in 20 minutes"));
	drain_refusal(&d, NOW, text);
	assert_non_null(strstr(text, "log in again in 20 minutes"));
	drain_begin(&d, NOW, 0);
	drain_notice(&d, NOW, text);
	assert_non_null(strstr(text, "when everybody has left"));
	drain_refusal(&d, NOW, text);
	assert_non_null(strstr(text, "try again later"));
	drain_cancel(&d);
	drain_notice(&d, NOW, text);
	assert_non_null(strstr(text, "called off"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_ends_when_the_last_has_left),
		cmocka_unit_test(it_ends_when_its_time_is_up),
		cmocka_unit_test(its_time_is_changed_and_it_is_taken_back),
		cmocka_unit_test(
		    what_is_over_is_neither_changed_nor_taken_back),
		cmocka_unit_test(each_text_says_when),
	};

	return cmocka_run_group_tests_name("drain", tests, NULL, NULL);
}
