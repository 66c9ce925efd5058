/* test_hierarchy.c - finding cgroups in the words of /proc. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sandbox/builder/cgroup/hierarchy.h"

#define BIT(c) (1U << (c))

static void
a_v2_mount_is_found(void **state)
{
	struct hierarchy h;

	(void)state;
	assert_true(hierarchy_parse(
	    "30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime"
	    " shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n",
	    &h));
	assert_true(h.is_v2);
	assert_string_equal(h.path, "/sys/fs/cgroup");
	assert_int_equal(h.controllers, 0);
}

static void
controllers_may_share_a_v1_mount(void **state)
{
	struct hierarchy h;

	(void)state;
	assert_true(hierarchy_parse(
	    "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime -"
	    " cgroup cgroup rw,cpu,cpuacct\n",
	    &h));
	assert_false(h.is_v2);
	assert_string_equal(h.path, "/sys/fs/cgroup/cpu,cpuacct");
	assert_int_equal(h.controllers,
	    BIT(CONTROLLER_CPU) | BIT(CONTROLLER_CPUACCT));
}

static void
other_mounts_are_not(void **state)
{
	struct hierarchy h;

	(void)state;
	/* No controller of ours; a part of a hierarchy; no cgroup; rubbish. */
	assert_false(hierarchy_parse(
	    "36 31 0:33 / /sys/fs/cgroup/devices rw - cgroup cgroup"
	    " rw,devices\n",
	    &h));
	assert_false(hierarchy_parse(
	    "36 31 0:33 /docker/1 /sys/fs/cgroup/memory rw - cgroup cgroup"
	    " rw,memory\n",
	    &h));
	assert_false(hierarchy_parse(
	    "22 27 0:21 / /proc rw,relatime - proc proc rw\n", &h));
	assert_false(hierarchy_parse("", &h));
	assert_false(hierarchy_parse(" - ", &h));
}

static void
names_are_matched_whole(void **state)
{
	(void)state;
	assert_int_equal(controllers_parse("cpu io memory pids\n"),
	    BIT(CONTROLLER_CPU) | BIT(CONTROLLER_MEMORY) |
		BIT(CONTROLLER_PIDS));
	assert_int_equal(controllers_parse("cpuset"), BIT(CONTROLLER_CPUSET));
	assert_int_equal(controllers_parse("cpusets cp memor pidss"), 0);
	assert_int_equal(controllers_parse(""), 0);
}

static void
our_own_group_is_read(void **state)
{
	char path[64];

	(void)state;
	assert_true(hierarchy_own_path("0::/system.slice/atolld.service\n",
	    path, sizeof(path)));
	assert_string_equal(path, "/system.slice/atolld.service");
	assert_true(hierarchy_own_path("4:memory:/x\n1:cpu:/\n0::/\n", path,
	    sizeof(path)));
	assert_string_equal(path, "/");
	assert_false(
	    hierarchy_own_path("4:memory:/x\n10::/y\n", path, sizeof(path)));
	assert_false(hierarchy_own_path("0::/system.slice\n", path, 5));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_v2_mount_is_found),
		cmocka_unit_test(controllers_may_share_a_v1_mount),
		cmocka_unit_test(other_mounts_are_not),
		cmocka_unit_test(names_are_matched_whole),
		cmocka_unit_test(our_own_group_is_read),
	};

	return cmocka_run_group_tests_name("hierarchy", tests, NULL, NULL);
}
