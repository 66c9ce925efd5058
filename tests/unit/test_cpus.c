/* test_cpus.c - which processors a sandbox gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sandbox/builder/cgroup/cpus.h"

static void
assert_list(const struct cpus *set, const char *want)
{
	char list[CPUS_LIST_SIZE];

	cpus_print(set, list, sizeof(list));
	assert_string_equal(list, want);
}

static void
lists_are_read_as_the_kernel_writes_them(void **state)
{
	static const struct {
		const char *list, *means;
	} rows[] = { { "0", "0" }, { "0-3", "0,1,2,3" }, { "0-1,7", "0,1,7" },
		{ "62-65", "62,63,64,65" }, { "", "" }, { "x", "" },
		{ "3-1", "" }, { "1023-9999", "1023" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cpus set = cpus_parse(rows[i].list);

		assert_list(&set, rows[i].means);
	}
}

static void
the_least_loaded_come_first(void **state)
{
	static const uint16_t load[CPUS_MAX] = { 5, 1, 3, 1, 0 };
	struct cpus there = cpus_parse("0-3");
	struct cpus set;

	(void)state;
	set = cpus_choose(&there, load, 1);
	assert_list(&set, "1");
	set = cpus_choose(&there, load, 3);
	assert_list(&set, "1,2,3");
	/* There is no fifth, and the fourth of them is not there. */
	set = cpus_choose(&there, load, 9);
	assert_list(&set, "0,1,2,3");
}

static void
a_list_that_does_not_fit_is_cut_at_a_comma(void **state)
{
	struct cpus set = cpus_parse("0-1023");
	char list[16];

	(void)state;
	cpus_print(&set, list, sizeof(list));
	assert_string_equal(list, "0,1,2,3,4");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_read_as_the_kernel_writes_them),
		cmocka_unit_test(the_least_loaded_come_first),
		cmocka_unit_test(a_list_that_does_not_fit_is_cut_at_a_comma),
	};

	return cmocka_run_group_tests_name("cpus", tests, NULL, NULL);
}
