/* test_child.c - a process that has the descriptors that it needs, and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/scope.h"

static int
status_of(pid_t pid)
{
	int status;

	assert_int_not_equal(pid, -1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Which of the first descriptors are open, bit n for descriptor n; 0xff when one
 * beyond them is. */
static int
open_ones(const void *arg)
{
	int bits = 0;

	(void)arg;
	for (int fd = 0; fd < 256; fd++) {
		if (fcntl(fd, F_GETFD) == -1)
			continue;
		if (fd >= 7)
			return 0xff;
		bits |= 1 << fd;
	}
	return bits;
}

/* The byte that each of two descriptors has to read. */
static int
read_two(const void *arg)
{
	char got[2] = { 0, 0 };

	if (read(CHILD_FD, &got[0], 1) != 1 ||
	    read(CHILD_FD + 1, &got[1], 1) != 1)
		return 1;
	return memcmp(got, arg, 2) == 0 ? 0 : 2;
}

/* Its second descriptor, twice, nothing to read, and none left over. */
static int
say_twice(const void *arg)
{
	char byte;

	(void)arg;
	if (child_stdio(CHILD_NULL, CHILD_FD + 1, CHILD_FD + 1) == -1)
		return 1;
	if (read(STDIN_FILENO, &byte, 1) != 0 ||
	    write(STDOUT_FILENO, "o", 1) != 1 ||
	    write(STDERR_FILENO, "e", 1) != 1)
		return 2;
	return open_ones(NULL);
}

static int
same_stdio(const void *arg)
{
	(void)arg;
	return child_stdio(CHILD_SAME, CHILD_SAME, CHILD_SAME) == 0
		   ? open_ones(NULL)
		   : 1;
}

static int
exec_true(const void *arg)
{
	char *const argv[] = { (char[]){ "sh" }, (char[]){ "-c" },
		(char[]){ "exec 2>/dev/null; (: <&3) && ! (: <&4)" }, NULL };

	(void)arg;
	execv("/bin/sh", argv);
	return 127;
}

static int
text(const char *bytes)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], bytes, strlen(bytes)), strlen(bytes));
	close(ends[1]);
	return ends[0];
}

static void
a_child_has_what_it_is_given(void **state)
{
	CLOSES int a = open("/dev/null", O_RDONLY | O_CLOEXEC);
	CLOSES int b = open("/dev/null", O_RDONLY | O_CLOEXEC);
	const int both[] = { a, b }, hole[] = { -1, a, -1, b };

	(void)state;
	assert_int_equal(status_of(child_start(open_ones, NULL, NULL, 0)), 7);
	assert_int_equal(status_of(child_start(open_ones, NULL, both, 2)),
	    7 | 8 | 16);
	assert_int_equal(status_of(child_start(open_ones, NULL, hole, 4)),
	    7 | 16 | 64);
	assert_int_not_equal(fcntl(a, F_GETFD), -1); /* ours still */
}

/* Whatever their numbers are here, those of the child's places among them. */
static void
they_are_in_the_order_that_was_asked_for(void **state)
{
	CLOSES int a = text("aa"), b = text("bb");
	CLOSES int three = -1, four = -1;
	const int plain[] = { a, b }, swapped[] = { b, a };
	int crossed[2];

	(void)state;
	assert_int_equal(status_of(child_start(read_two, "ab", plain, 2)), 0);
	assert_int_equal(status_of(child_start(read_two, "ba", swapped, 2)), 0);
	three = text("33");
	four = text("44");
	crossed[0] = three < four ? four : three;
	crossed[1] = three < four ? three : four;
	assert_int_equal(status_of(child_start(read_two,
			     three < four ? "43" : "34", crossed, 2)),
	    0);
}

static void
they_stay_open_when_it_executes_a_program(void **state)
{
	CLOSES int a = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(status_of(child_start(exec_true, NULL, &a, 1)), 0);
}

static void
standard_input_and_output_are_moved_there(void **state)
{
	CLOSES int a = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char got[3] = "";
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(status_of(child_start(say_twice, NULL,
			     (const int[]){ a, ends[1] }, 2)),
	    7 | 8);
	assert_int_equal(read(ends[0], got, sizeof(got)), 2);
	assert_string_equal(got, "oe");
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(status_of(child_start(same_stdio, NULL, &a, 1)),
	    7 | 8);
	assert_int_equal(child_stdio(CHILD_SAME, 200, CHILD_SAME), -1);
	assert_int_equal(errno, EBADF);
}

static void
a_descriptor_that_is_none_fails_the_child(void **state)
{
	const int bad[] = { 200 };

	(void)state;
	assert_int_equal(status_of(child_start(open_ones, NULL, bad, 1)), 126);
	assert_int_equal(child_keep(bad, 1), -1);
	assert_int_equal(errno, EBADF);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_has_what_it_is_given),
		cmocka_unit_test(they_are_in_the_order_that_was_asked_for),
		cmocka_unit_test(they_stay_open_when_it_executes_a_program),
		cmocka_unit_test(standard_input_and_output_are_moved_there),
		cmocka_unit_test(a_descriptor_that_is_none_fails_the_child),
	};

	return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
