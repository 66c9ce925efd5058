/* test_cgroup_file.c - the values in the files of a cgroup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sandbox/builder/cgroup/cgroup.h"

static void
a_percentage_is_a_quota(void **state)
{
	(void)state;
	assert_int_equal(cgroup_quota(50), 50000);
	assert_int_equal(cgroup_quota(100), 100000);
	assert_int_equal(cgroup_quota(1), 1000);
	assert_int_equal(cgroup_quota(100000), 100000000);
}

static void
a_weight_is_shares(void **state)
{
	(void)state;
	assert_int_equal(cgroup_shares(100), 1024);
	assert_int_equal(cgroup_shares(10000), 102400);
	assert_int_equal(cgroup_shares(1), 10);
}

static void
a_value_is_found_by_its_key(void **state)
{
	const char *events = "low 0\nhigh 3\nmax 17\noom 4\noom_kill 5\n";

	(void)state;
	assert_int_equal(cgroup_value(events, "oom"), 4);
	assert_int_equal(cgroup_value(events, "oom_kill"), 5);
	assert_int_equal(cgroup_value(events, "low"), 0);
	assert_int_equal(cgroup_value(events, "kill"), 0);
	assert_int_equal(cgroup_value("", "oom"), 0);
	assert_int_equal(cgroup_value("18446744073709551615\n", NULL),
	    UINT64_MAX);
}

static void
only_our_groups_are_swept(void **state)
{
	(void)state;
	assert_true(cgroup_is_sandbox_name("s1"));
	assert_true(cgroup_is_sandbox_name("s4294967295"));
	assert_true(cgroup_is_sandbox_name("probe"));
	assert_false(cgroup_is_sandbox_name("s"));
	assert_false(cgroup_is_sandbox_name("s1x"));
	assert_false(cgroup_is_sandbox_name("system.slice"));
	assert_false(cgroup_is_sandbox_name(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_percentage_is_a_quota),
		cmocka_unit_test(a_weight_is_shares),
		cmocka_unit_test(a_value_is_found_by_its_key),
		cmocka_unit_test(only_our_groups_are_swept),
	};

	return cmocka_run_group_tests_name("cgroup_file", tests, NULL, NULL);
}
