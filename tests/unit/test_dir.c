/* test_dir.c - directories that are read by descriptor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/dir.h"
#include "gateway/base/scope.h"

static int
set_up(void **state)
{
	char *place = strdup("/tmp/atoll-dir.XXXXXX");
	CLOSES int dir = -1, file = -1;

	assert_non_null(place);
	assert_non_null(mkdtemp(place));
	dir = open(place, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_not_equal(dir, -1);
	assert_int_equal(mkdirat(dir, "inner", 0700), 0);
	assert_int_equal(symlinkat("inner", dir, "link"), 0);
	file = openat(dir, "..file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_not_equal(file, -1);
	*state = place;
	return 0;
}

static int
tear_down(void **state)
{
	char *place = *state;
	CLOSES int dir = open(place, O_PATH | O_DIRECTORY | O_CLOEXEC);

	unlinkat(dir, "link", 0);
	unlinkat(dir, "..file", 0);
	unlinkat(dir, "inner", AT_REMOVEDIR);
	rmdir(place);
	free(place);
	return 0;
}

/* Twice: the second one begins at the first entry again. */
static void
each_entry_is_read_but_the_two_dots(void **state)
{
	CLOSES int top = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (int i = 0; i < 2; i++) {
		CLOSES_DIR DIR *d = dir_open(top, ".");
		const struct dirent *entry;
		int inner = 0, link = 0, file = 0, all = 0;

		assert_non_null(d);
		while ((entry = dir_next(d)) != NULL) {
			inner += strcmp(entry->d_name, "inner") == 0;
			link += strcmp(entry->d_name, "link") == 0;
			file += strcmp(entry->d_name, "..file") == 0;
			all++;
		}
		assert_int_equal(inner + 10 * link + 100 * file, 111);
		assert_int_equal(all, 3);
	}
	assert_int_not_equal(fcntl(top, F_GETFD), -1); /* it is ours still */
}

static void
what_is_no_directory_is_not_opened(void **state)
{
	CLOSES int top = open(*state, O_PATH | O_DIRECTORY | O_CLOEXEC);

	assert_null(dir_open(top, "link"));
	assert_int_equal(errno, ENOTDIR);
	assert_null(dir_open(top, "..file"));
	assert_int_equal(errno, ENOTDIR);
	assert_null(dir_open(top, "nothing"));
	assert_int_equal(errno, ENOENT);
	assert_null(dir_open(-1, "."));
	assert_int_equal(errno, EBADF);
	assert_null(dir_next(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_entry_is_read_but_the_two_dots),
		cmocka_unit_test(what_is_no_directory_is_not_opened),
	};

	return cmocka_run_group_tests_name("dir", tests, set_up, tear_down);
}
