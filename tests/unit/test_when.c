/* test_when.c - the time that a word means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "gateway/admin/account/when.h"

#define NOW 1767225600 /* 2026-01-01 00:00 UTC */
#define DAY 86400

static void
expect(const char *word, int64_t wanted)
{
	int64_t got = -1;
	struct err e;

	if (when_parse(word, NOW, &got, &e) == -1)
		fail_msg("%s", e.text);
	assert_int_equal(got, wanted);
}

static void
durations_count_from_now(void **state)
{
	(void)state;
	expect("now", NOW);
	expect("never", 0);
	expect("30d", NOW + 30 * DAY);
	expect("12h", NOW + DAY / 2);
	expect("45m", NOW + 2700);
}

static void
a_date_is_the_end_of_that_day_here(void **state)
{
	(void)state;
	expect("2026-01-01", NOW + DAY - 1);
	expect("2026-01-02 18:30", NOW + DAY + 18 * 3600 + 1800);
	expect("2026-01-02T18:30", NOW + DAY + 18 * 3600 + 1800);
}

static void
what_is_no_time_is_refused(void **state)
{
	static const char *const words[] = { "", "d", "-1d", "0d", "30", "1y",
		"tomorrow", "2026-02-31", "2026-13-01", "2026-01-01x",
		"99999999999999999999d", "40000d" };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		int64_t got;
		struct err e;

		if (when_parse(words[i], NOW, &got, &e) == 0)
			fail_msg("%s is no time", words[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_count_from_now),
		cmocka_unit_test(a_date_is_the_end_of_that_day_here),
		cmocka_unit_test(what_is_no_time_is_refused),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
