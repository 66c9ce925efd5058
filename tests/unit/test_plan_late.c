/* test_plan_late.c - what of a lab comes with a home that comes later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sandbox/builder/plan_late.h"

static void
a_path_is_in_a_directory_by_its_parts(void **state)
{
	static const struct {
		const char *dir, *path;
		bool is_in;
	} rows[] = {
		{ "/home/student", "/home/student", true },
		{ "/home/student", "/home/student/ex", true },
		{ "/home/student/", "//home/./student//ex/", true },
		{ "/home//student/.", "/home/student/.hidden", true },
		{ "/", "/srv", true },
		{ "/home/student", "/home/students", false },
		{ "/home/student", "/home/stud", false },
		{ "/home/student", "/home", false },
		{ "/home/student", "/srv/home/student", false },
		{ "/home/student", "/", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (path_is_in(rows[i].dir, rows[i].path) != rows[i].is_in)
			fail_msg("%s in %s", rows[i].path, rows[i].dir);
	}
}

/* Two mounts, of which the second lies in the home. */
static struct plan *
a_plan(struct plan *p, struct plan_mount mounts[2], enum home_kind home)
{
	memset(p, 0, sizeof(*p));
	memset(mounts, 0, 2 * sizeof(mounts[0]));
	strcpy(mounts[0].target, "/srv/ex");
	strcpy(mounts[1].target, "/home/student/ex");
	p->mounts = mounts;
	p->mount_count = 2;
	p->spec.home = home;
	p->spec.home_dir = "/home/student";
	return p;
}

static void
what_lies_in_a_kept_home_comes_with_it(void **state)
{
	struct plan_mount mounts[2];
	struct plan p;

	(void)state;
	a_plan(&p, mounts, HOME_SEAT);
	assert_false(plan_mount_is_late(&p, &mounts[0]));
	assert_true(plan_mount_is_late(&p, &mounts[1]));
	a_plan(&p, mounts, HOME_FRESH);
	assert_false(plan_mount_is_late(&p, &mounts[1]));
}

static void
with_a_program_of_ours_in_a_kept_home_none_stands_ready(void **state)
{
	struct plan_mount mounts[2];
	struct plan p;

	(void)state;
	assert_true(plan_may_be_warm(a_plan(&p, mounts, HOME_SEAT)));
	strcpy(mounts[1].own, "atoll-lab");
	assert_false(plan_may_be_warm(&p));
	assert_false(plan_mount_is_late(&p, &mounts[1]));
	p.spec.home = HOME_FRESH;
	assert_true(plan_may_be_warm(&p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_in_a_directory_by_its_parts),
		cmocka_unit_test(what_lies_in_a_kept_home_comes_with_it),
		cmocka_unit_test(
		    with_a_program_of_ours_in_a_kept_home_none_stands_ready),
	};

	return cmocka_run_group_tests_name("plan_late", tests, NULL, NULL);
}
