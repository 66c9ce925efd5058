/* test_forked.c - a child of the builder's has the descriptors that it keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/builder/forked.h"

#define LAST 40

static int
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

/* Not an assertion: it is not the test's process. */
static int
keep_some(int *keep, size_t count, const int *left)
{
	struct err e;

	for (int fd = 3; fd <= LAST; fd++) {
		if (dup2(STDIN_FILENO, fd) == -1)
			return 1;
	}
	if (forked_keep(keep, count, &e) == -1)
		return 2;
	for (int fd = 0; fd <= LAST; fd++) {
		if (is_open(fd) != (fd < 3 || fd == *left))
			return 3;
		left += fd == *left;
	}
	return 0;
}

static int
in_a_child(int *keep, size_t count, const int *left)
{
	int status;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit(keep_some(keep, count, left));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

static void
what_is_kept_stays_in_its_place(void **state)
{
	int keep[] = { 17, -1, 4, 5, LAST, -1, 2, 17 };
	const int left[] = { 4, 5, 17, LAST, -1 };

	(void)state;
	assert_int_equal(in_a_child(keep, sizeof(keep) / sizeof(keep[0]), left),
	    0);
}

static void
without_one_all_but_the_first_three_are_closed(void **state)
{
	int keep[] = { -1, -1 };
	const int left[] = { -1 };

	(void)state;
	assert_int_equal(in_a_child(keep, 2, left), 0);
	assert_int_equal(in_a_child(keep, 0, left), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_stays_in_its_place),
		cmocka_unit_test(
		    without_one_all_but_the_first_three_are_closed),
	};

	return cmocka_run_group_tests_name("forked", tests, NULL, NULL);
}
