/* test_ulimit.c - names and values of a lab's ulimits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/resource.h>

#include "gateway/loader/ulimit.h"

static struct ulimit got;
static struct err e;

static void
values_have_the_units_of_their_limit(void **state)
{
	(void)state;
	assert_int_equal(ulimit_parse("nofile=256:1024", &got, &e), 0);
	assert_int_equal(got.resource, RLIMIT_NOFILE);
	assert_int_equal(got.soft, 256);
	assert_int_equal(got.hard, 1024);
	assert_int_equal(ulimit_parse("fsize=64M", &got, &e), 0);
	assert_int_equal(got.soft, 64 << 20);
	assert_int_equal(got.hard, 64 << 20);
	assert_int_equal(ulimit_parse("cpu=1m:1h", &got, &e), 0);
	assert_int_equal(got.soft, 60);
	assert_int_equal(got.hard, 3600);
	assert_int_equal(ulimit_parse("stack=0:unlimited", &got, &e), 0);
	assert_true(got.hard == RLIM_INFINITY);
}

static void
anything_else_is_refused(void **state)
{
	static const char *const wrong[] = { "nofile=", "nofile=x", "nofile=1K",
		"nofile=1:", "nofile=1:2:3", "nofile=-1", "cpu=1M", "cpu=1mm",
		"fsize=99999999999999999999", "nice=1", "rtprio=1", "=1",
		"nofiles=1", "nofil=1", "as=unlimited:1", "as=unlimit",
		"core=0" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (ulimit_parse(wrong[i], &got, &e) != -1)
			fail_msg("%s", wrong[i]);
		assert_non_null(strstr(e.text, "ulimits."));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_have_the_units_of_their_limit),
		cmocka_unit_test(anything_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
