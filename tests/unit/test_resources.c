/* test_resources.c - how many sandboxes a host holds, and what gives out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "sandbox/builder/hostcheck/container.h"
#include "sandbox/builder/hostcheck/cow.h"
#include "sandbox/builder/hostcheck/resources.h"

#define M (UINT64_C(1) << 20)

static void
what_the_host_keeps_is_not_shared(void **state)
{
	(void)state;
	assert_int_equal(demand_held(100, 0, 10), 10);
	assert_int_equal(demand_held(100, 1, 10), 9);
	assert_int_equal(demand_held(100, 100, 10), 0);
	assert_int_equal(demand_held(99, 100, 10), 0);
	assert_int_equal(demand_held(99, 0, 0), HOLDS_ANY);
}

static void
the_largest_of_each_is_wanted(void **state)
{
	static struct plan_table t = { .site.sandboxes_max = 7, .count = 2 };
	struct plan *a = calloc(1, sizeof(*a)), *b = calloc(1, sizeof(*b));
	struct demand d;

	(void)state;
	a->spec.memory = 64 * M;
	a->spec.pids = 1000;
	a->spec.open_files = 1024;
	a->spec.disk = 999 * M; /* in memory: not of a disk */
	b->spec.memory = 1024 * M;
	b->spec.pids = 8;
	b->spec.open_files = 16;
	b->spec.disk = 500 * M;
	b->spec.storage = STORAGE_DISK;
	t.plan[0] = a;
	t.plan[1] = b;
	d = demand_of(&t);
	assert_int_equal(d.sandboxes, 7);
	assert_int_equal(d.memory, 1024 * M);
	assert_int_equal(d.memory_least, 64 * M);
	assert_int_equal(d.pids, 1000);
	assert_int_equal(d.ptys, 128);		 /* no lab has more */
	assert_int_equal(d.files, 64 * M / 256); /* its memory ends first */
	assert_int_equal(d.disk, 500 * M);
	assert_true(d.keeps_files);
	free(a);
	free(b);
}

static void
file_systems_that_copy_on_write_are_known(void **state)
{
	(void)state;
	assert_string_equal(cow_name(0x9123683e), "btrfs");
	assert_string_equal(cow_name(0x2fc12fc1), "zfs");
	assert_null(cow_name(0xef53));	   /* ext4 */
	assert_null(cow_name(0x58465342)); /* xfs */
	/* Where long has 32 bits, or is signed, the magic comes negative. */
	assert_string_equal(cow_name((unsigned long)(int)0x9123683e), "btrfs");
}

static void
too_few_to_start_is_an_error_and_too_few_when_full_is_not(void **state)
{
	static struct host_rows f;
	struct err e = { 0 };

	(void)state;
	host_row_holds(host_row_add(&f, LEVEL_OK, "a", "x"), WHEN_STARTED, 400,
	    400);
	host_row_holds(host_row_add(&f, LEVEL_OK, "b", "x"), WHEN_FULL, 10,
	    400);
	assert_int_equal(f.at[0].level, LEVEL_OK);
	assert_int_equal(f.at[1].level, LEVEL_WARNING);
	assert_true(host_rows_are_good(&f));
	host_row_holds(host_row_add(&f, LEVEL_OK, "c", "%d", 3), WHEN_STARTED,
	    399, 400);
	host_row_cure(&f.at[2], "sysctl -w c=%d", 4);
	assert_false(host_rows_are_good(&f));
	assert_false(host_row_error(&f.at[1], &e));
	assert_true(host_row_error(&f.at[2], &e));
	assert_string_equal(e.text, "c: 3: sysctl -w c=4");
}

static void
the_first_to_give_out_is_the_scarcest_of_its_kind(void **state)
{
	static struct host_rows f;

	(void)state;
	assert_null(host_rows_first(&f, WHEN_FULL));
	host_row_add(&f, LEVEL_OK, "not counted", "x");
	host_row_holds(host_row_add(&f, LEVEL_OK, "many", "x"), WHEN_FULL, 50,
	    1);
	host_row_holds(host_row_add(&f, LEVEL_OK, "few", "x"), WHEN_FULL, 5, 1);
	host_row_holds(host_row_add(&f, LEVEL_OK, "start", "x"), WHEN_STARTED,
	    2, 1);
	host_row_holds(host_row_add(&f, LEVEL_OK, "any", "x"), WHEN_STARTED,
	    UINT64_C(1) << 40, 1);
	assert_string_equal(host_rows_first(&f, WHEN_FULL)->what, "few");
	assert_string_equal(host_rows_first(&f, WHEN_STARTED)->what, "start");
}

/* Docker's limit of 1000 processes, and a lab of up to 64. */
static void
a_container_without_processes_for_all_is_an_error(void **state)
{
	static const struct demand d = { .sandboxes = 400, .pids = 64 };
	static struct host_rows f;

	(void)state;
	container_rows(&f, &d, 1000);
	assert_int_equal(f.at[0].holds, (1000 - 32) / TASKS_EACH);
	assert_int_equal(f.at[0].level, LEVEL_ERROR);
	assert_non_null(strstr(f.at[0].cure, "give the container 1232 or more"
					     " (docker run --pids-limit)"));
	assert_int_equal(f.at[1].holds, (1000 - 32) / (64 + TASKS_EACH));
	assert_int_equal(f.at[1].level, LEVEL_WARNING);
	f.count = 0;
	container_rows(&f, &d, 32 + 400 * TASKS_EACH);
	assert_int_equal(f.at[0].level, LEVEL_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_host_keeps_is_not_shared),
		cmocka_unit_test(the_largest_of_each_is_wanted),
		cmocka_unit_test(file_systems_that_copy_on_write_are_known),
		cmocka_unit_test(
		    too_few_to_start_is_an_error_and_too_few_when_full_is_not),
		cmocka_unit_test(
		    the_first_to_give_out_is_the_scarcest_of_its_kind),
		cmocka_unit_test(
		    a_container_without_processes_for_all_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
