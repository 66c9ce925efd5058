/* test_ids.c - who else has the ids of sandboxes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/builder/hostcheck/ids.h"

#define FIRST 1000
#define LAST  1999

static char name[16];

static unsigned
users(const char *text)
{
	return ids_overlap(text, IDS_SINGLE, FIRST, LAST, name, sizeof(name));
}

static unsigned
ranges(const char *text)
{
	return ids_overlap(text, IDS_RANGE, FIRST, LAST, name, sizeof(name));
}

static void
a_user_in_the_range_is_found(void **state)
{
	(void)state;
	assert_int_equal(users("root:x:0:0::/root:/bin/sh\n"
			       "low:x:999:0::/:/bin/sh\n"
			       "high:x:2000:0::/:/bin/sh\n"),
	    0);
	assert_int_equal(users("root:x:0:0:::\nfirst:x:1000:5:::\n"
			       "last:x:1999:5:::"),
	    2);
	assert_string_equal(name, "first");
}

static void
a_range_that_touches_ours_is_found(void **state)
{
	(void)state;
	assert_int_equal(ranges("a:900:100\nb:2000:65536\nc:1500:0\n"), 0);
	assert_int_equal(ranges("a:900:101\n"), 1);
	assert_int_equal(ranges("a:1999:1\n"), 1);
	assert_int_equal(ranges("around:0:4294967295\n"), 1);
	assert_string_equal(name, "around");
	assert_int_equal(ranges("a:1200:10\nb:1300:10\n"), 2);
	/* Beyond any number that it is added to. */
	assert_int_equal(ranges("huge:999:18446744073709551615\n"), 1);
}

static void
what_is_no_such_line_is_passed_over(void **state)
{
	(void)state;
	assert_int_equal(users(""), 0);
	assert_int_equal(users("\n\n# a comment\nx\nx:y\nx:y:\nx:y:z:1\n"), 0);
	assert_int_equal(users("+::::::\nu:x:1500x:0\nu:x:-1:0\nu:x: 1500\n"),
	    0);
	assert_int_equal(users("u:x:99999999999999999999999:0\n"), 0);
	assert_int_equal(ranges("u:1500\nu:1500:\nu::10\n"), 0);
}

static void
a_long_name_is_cut(void **state)
{
	(void)state;
	assert_int_equal(users("a-name-that-is-too-long:x:1500:0\n"), 1);
	assert_string_equal(name, "a-name-that-is-");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_user_in_the_range_is_found),
		cmocka_unit_test(a_range_that_touches_ours_is_found),
		cmocka_unit_test(what_is_no_such_line_is_passed_over),
		cmocka_unit_test(a_long_name_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
