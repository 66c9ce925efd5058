/* test_span.c - lengths of time, as people say them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/base/span.h"

static void
expect(int64_t seconds, const char *text)
{
	char got[SPAN_SIZE];

	span_text(seconds, got);
	assert_string_equal(got, text);
}

static void
two_units_say_enough(void **state)
{
	(void)state;
	expect(-5, "0 seconds");
	expect(1, "1 second");
	expect(59, "59 seconds");
	expect(60, "1 minute");
	expect(61, "1 minute 1 second");
	expect(299, "4 minutes");
	expect(3600, "1 hour");
	expect(4800, "1 hour 20 minutes");
	expect(86400 * 2 + 3600 + 59, "2 days 1 hour");
	expect(INT64_MAX, "106751991167300 days 15 hours");
}

static void
an_end_is_told_five_minutes_and_one_minute_before(void **state)
{
	(void)state;
	assert_int_equal(span_warning(INT64_MAX), 300);
	assert_int_equal(span_warning(301), 300);
	assert_int_equal(span_warning(300), 60);
	assert_int_equal(span_warning(61), 60);
	assert_int_equal(span_warning(60), 0);
	assert_int_equal(span_warning(3), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_units_say_enough),
		cmocka_unit_test(
		    an_end_is_told_five_minutes_and_one_minute_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
