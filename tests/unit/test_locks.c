/* test_locks.c - locks on files, counted in what /proc says of a descriptor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/builder/locks.h"
#include "sandbox/builder/procfile.h"

static void
only_lines_that_are_locks_count(void **state)
{
	(void)state;
	assert_int_equal(locks_in(
			     "pos:\t0\nflags:\t02\nmnt_id:\t26\nino:\t9\n"
			     "lock:\t1: POSIX  ADVISORY  WRITE 7 00:1f:9 0 "
			     "0\nlock:\t2: FLOCK  ADVISORY  WRITE 7 "
			     "00:1f:9 0 EOF\n"),
	    2);
	assert_int_equal(locks_in("lock:\t1: POSIX"), 1);
	assert_int_equal(locks_in("pos:\t0\nunlock: lock:\n\n"), 0);
	assert_int_equal(locks_in(""), 0);
	assert_int_equal(locks_in(NULL), 0);
}

/* The kernel's own words, of a file of ours. */
static void
what_this_kernel_says_is_understood(void **state)
{
	FILE *f = tmpfile();
	char path[64];

	(void)state;
	assert_non_null(f);
	for (int i = 100; i > 0; i--) {
		struct flock l = { .l_type = F_WRLCK,
			.l_start = 2 * i,
			.l_len = 1 };

		assert_int_equal(fcntl(fileno(f), F_SETLK, &l), 0);
	}
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fileno(f));
	{
		char *text = procfile_whole(path);

		assert_int_equal(locks_in(text), 100);
		free(text);
	}
	fclose(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_lines_that_are_locks_count),
		cmocka_unit_test(what_this_kernel_says_is_understood),
	};

	return cmocka_run_group_tests_name("locks", tests, NULL, NULL);
}
