/* test_version.c - which directories the builder may remove. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sandbox/builder/fs/version.h"

static const char *
old_name(const char *path, const char *rootfs)
{
	static char name[64];

	return version_is_old(path, rootfs, name, sizeof(name)) ? name : "";
}

static void
what_was_set_aside_is_old(void **state)
{
	(void)state;
	assert_string_equal(
	    old_name("/i/.one.old.ab12/rootfs", "/i/one/rootfs"),
	    ".one.old.ab12");
	/* The directory of images may be reached through links. */
	assert_string_equal(
	    old_name("/srv/i/.one.old.ab12/rootfs", "/i/one/rootfs"),
	    ".one.old.ab12");
}

static void
nothing_else_is(void **state)
{
	static const char *const paths[] = { "/i/one/rootfs", "/i/one.old.x",
		"/i/one.old.x/rootfs", "/i/.two.old.x/rootfs",
		"/i/.one.older/rootfs", "/i/.one.build.x/image/rootfs",
		"/i/.one.old.x", "/i/.one.old.x/rootfs (deleted)",
		"/i/.one.old.x/rootfs/home", "/rootfs", "rootfs", "/", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_string_equal(old_name(paths[i], "/i/one/rootfs"), "");
	assert_string_equal(old_name("/i/.one.old.x/rootfs", "/rootfs"), "");
	assert_string_equal(old_name("/i/.one.old.x/rootfs", "/i/one"), "");
}

static void
a_name_without_room_is_none(void **state)
{
	char name[8];

	(void)state;
	assert_false(version_is_old("/i/.one.old.ab12/rootfs", "/i/one/rootfs",
	    name, sizeof(name)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_set_aside_is_old),
		cmocka_unit_test(nothing_else_is),
		cmocka_unit_test(a_name_without_room_is_none),
	};

	return cmocka_run_group_tests_name("version", tests, NULL, NULL);
}
