/* test_tree.c - a tree of files goes, whatever a student made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/fs/tree.h"

#define DEEP 1500 /* a path of 10 KB, where PATH_MAX is 4096 */
#define FEW  16	  /* descriptors, for all those levels */

struct place {
	char name[64];
	int fd;
};

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	strcpy(p->name, "/tmp/atoll-test-tree.XXXXXX");
	if (mkdtemp(p->name) == NULL)
		return -1;
	p->fd = open(p->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = p;
	return mkdirat(p->fd, "top", 0700);
}

static int
tear_down(void **state)
{
	struct place *p = *state;
	int rc = rmdir(p->name); /* fails when something is left */

	close(p->fd);
	free(p);
	return rc;
}

static void
make_file(int dir, const char *path)
{
	CLOSES int fd = openat(dir, path, O_CREAT | O_WRONLY | O_EXCL, 0);

	assert_int_not_equal(fd, -1);
}

static void
expect_removed(struct place *p)
{
	struct err e = { 0 };

	if (tree_remove(p->fd, "top", &e) == -1)
		fail_msg("%s", e.text);
	assert_int_equal(faccessat(p->fd, "top", F_OK, 0), -1);
	assert_int_equal(errno, ENOENT);
}

static void
an_empty_directory_goes(void **state)
{
	expect_removed(*state);
}

static void
a_path_longer_than_any_goes(void **state)
{
	struct place *p = *state;
	CLOSES int at = openat(p->fd, "top", O_PATH | O_DIRECTORY);
	struct rlimit many, few;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &many), 0);
	few = (struct rlimit){ FEW, many.rlim_max };
	for (int i = 0; i < DEEP; i++) {
		int below;

		assert_int_equal(mkdirat(at, "deeper", 0700), 0);
		make_file(at, "file");
		below = openat(at, "deeper", O_PATH | O_DIRECTORY);
		assert_int_not_equal(below, -1);
		close(at);
		at = below;
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	expect_removed(p);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &many), 0);
}

/* Directories that are moved up get numbers for names. */
static void
names_that_are_numbers_do_no_harm(void **state)
{
	struct place *p = *state;
	char path[64];

	make_file(p->fd, "top/0");
	for (int i = 1; i < 40; i++) {
		snprintf(path, sizeof(path), "top/%d", i);
		mkdirat(p->fd, path, 0700);
		snprintf(path, sizeof(path), "top/%d/%d", i, 39 - i);
		mkdirat(p->fd, path, 0700);
		snprintf(path, sizeof(path), "top/%d/%d/x", i, 39 - i);
		make_file(p->fd, path);
	}
	expect_removed(p);
}

static void
a_link_is_not_followed(void **state)
{
	struct place *p = *state;

	mkdirat(p->fd, "kept", 0700);
	make_file(p->fd, "kept/file");
	mkdirat(p->fd, "top/below", 0700);
	assert_int_equal(symlinkat("../kept", p->fd, "top/link"), 0);
	assert_int_equal(symlinkat("../../kept", p->fd, "top/below/link"), 0);
	assert_int_equal(mkfifoat(p->fd, "top/below/fifo", 0600), 0);
	expect_removed(p);
	assert_int_equal(unlinkat(p->fd, "kept/file", 0), 0);
	assert_int_equal(unlinkat(p->fd, "kept", AT_REMOVEDIR), 0);
}

static void
what_is_no_directory_is_an_error(void **state)
{
	struct place *p = *state;
	struct err e = { 0 };

	assert_int_equal(symlinkat("top", p->fd, "link"), 0);
	assert_int_equal(tree_remove(p->fd, "link", &e), -1);
	assert_int_equal(tree_remove(p->fd, "missing", &e), -1);
	assert_string_equal(e.text, "missing: No such file or directory");
	assert_int_equal(unlinkat(p->fd, "link", 0), 0);
	assert_int_equal(unlinkat(p->fd, "top", AT_REMOVEDIR), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_directory_goes),
		TEST(a_path_longer_than_any_goes),
		TEST(names_that_are_numbers_do_no_harm),
		TEST(a_link_is_not_followed),
		TEST(what_is_no_directory_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
