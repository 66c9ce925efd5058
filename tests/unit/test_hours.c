/* test_hours.c - when a lab is there, by the clock on the wall. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "gateway/config/hours.h"

static int
in_berlin(void **state)
{
	(void)state;
	/* As Europe/Berlin, without its file. */
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	return 0;
}

static void
a_time_is_local(void **state)
{
	(void)state;
	assert_int_equal(hours_parse("2026-11-23T09:00"), 1795420800);
	assert_int_equal(hours_parse("2026-11-23 09:00:30"), 1795420830);
	assert_int_equal(hours_parse("2026-07-01T09:00"), 1782889200);
}

static void
what_is_no_time_is_refused(void **state)
{
	static const char *const wrong[] = { "", "2026-11-23", "09:00",
		"2026-11-23T09", "2026-11-23T25:00", "2026-02-30T09:00",
		"2026-13-01T09:00", "2026-11-23T09:00Z", "23.11.2026 09:00",
		"2026-11-23T09:00 ", "1901-01-01T00:00",
		/* The clocks went from 2 to 3 o'clock. */
		"2026-03-29T02:30" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (hours_parse(wrong[i]) != -1)
			fail_msg("%s", wrong[i]);
	}
}

static void
a_lab_is_closed_before_and_after(void **state)
{
	const char *pairs[] = { "from=2026-11-23T09:00",
		"until=2026-11-23T12:00:01" };
	struct lab lab = { .available = { 2, pairs } };
	char text[HOURS_TEXT_SIZE] = "";

	(void)state;
	hours_derive(&lab);
	assert_true(hours_are_closed(&lab, lab.from - 1, text));
	assert_string_equal(text, "closed until 2026-11-23 09:00 CET");
	assert_false(hours_are_closed(&lab, lab.from, text));
	assert_false(hours_are_closed(&lab, lab.until - 1, text));
	assert_true(hours_are_closed(&lab, lab.until, text));
	assert_string_equal(text, "closed since 2026-11-23 12:00:01 CET");
	hours_text(1782889200, text);
	assert_string_equal(text, "2026-07-01 09:00 CEST");
	hours_text(INT64_MAX, text);
	assert_string_equal(text, "a far day");
	lab = (struct lab){ 0 };
	hours_derive(&lab);
	assert_false(hours_are_closed(&lab, 0, text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_local),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(a_lab_is_closed_before_and_after),
	};

	return cmocka_run_group_tests(tests, in_berlin, NULL);
}
