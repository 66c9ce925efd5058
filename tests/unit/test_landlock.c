/* test_landlock.c - gateway/base/landlock: places, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/landlock.h"

static char top[] = "/tmp/test-landlock-XXXXXX";

/* 0, or the errno of opening that name below top. */
static int
try_open(const char *name, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd == -1)
		return errno;
	close(fd);
	return 0;
}

static int
place(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	return open(path, O_PATH | O_CLOEXEC);
}

/* In a child, since it is for good.  Its exit status: 0, or the line that failed. */
#define CHECK(that)                                                            \
	do {                                                                   \
		if (!(that))                                                   \
			_exit(__LINE__ & 0xff);                                \
	} while (0)

static void
run_in_child(void (*what)(void))
{
	pid_t pid = fork();
	int status;

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		what();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
enter(const struct landlock_place *places, size_t count)
{
	struct err e;

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(landlock_enter(places, count, &e) == 0);
}

static void
reach_places(void)
{
	const struct landlock_place places[] = {
		{ place("read"), PLACE_READ },
		{ place("own"),
		    PLACE_READ | PLACE_WRITE | PLACE_LIST | PLACE_FILL },
		{ place("none"), PLACE_READ }, /* -1 */
	};
	int before = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char path[128];

	enter(places, COUNT_OF(places));
	CHECK(try_open("read/file", O_RDONLY) == 0);
	CHECK(try_open("read/file", O_RDWR) == EACCES);
	CHECK(try_open("read/new", O_WRONLY | O_CREAT) == EACCES);
	CHECK(try_open("read", O_RDONLY | O_DIRECTORY) == EACCES);
	CHECK(try_open("own/file", O_RDWR) == 0);
	CHECK(try_open("own/new", O_WRONLY | O_CREAT | O_EXCL) == 0);
	CHECK(try_open("own", O_RDONLY | O_DIRECTORY) == 0);
	CHECK(try_open("other/file", O_RDONLY) == EACCES);
	CHECK(open("/etc/passwd", O_RDONLY | O_CLOEXEC) == -1);
	/* what is open stays, and gives no more than names */
	CHECK(fcntl(before, F_GETFD) != -1);
	CHECK(openat(before, "other/file", O_RDONLY | O_CLOEXEC) == -1);
	snprintf(path, sizeof(path), "%s/own/new", top);
	CHECK(unlink(path) == 0);
}

static void
test_only_places_can_be_opened(void **state)
{
	(void)state;
	run_in_child(reach_places);
}

/* A right of directories is left out for a file, which the kernel refuses. */
static void
reach_a_file(void)
{
	const struct landlock_place places[] = {
		{ place("other/file"), PLACE_READ | PLACE_WRITE | PLACE_LIST },
	};

	enter(places, COUNT_OF(places));
	CHECK(try_open("other/file", O_RDWR) == 0);
	CHECK(try_open("own/file", O_RDONLY) == EACCES);
}

static void
test_a_place_can_be_one_file(void **state)
{
	(void)state;
	run_in_child(reach_a_file);
}

/* Who is outside renames, when it is told to and before it answers. */
static void
replace_a_file(void)
{
	const struct landlock_place places[] = {
		{ place("other/file"), PLACE_READ },
	};
	char from[128], to[128], byte = 0;
	int ask[2], answer[2];

	snprintf(from, sizeof(from), "%s/other/next", top);
	snprintf(to, sizeof(to), "%s/other/file", top);
	CHECK(pipe(ask) == 0 && pipe(answer) == 0);
	if (fork() == 0) {
		CHECK(read(ask[0], &byte, 1) == 1);
		CHECK(rename(from, to) == 0);
		CHECK(write(answer[1], &byte, 1) == 1);
		_exit(0);
	}
	enter(places, COUNT_OF(places));
	CHECK(try_open("other/file", O_RDONLY) == 0);
	CHECK(write(ask[1], &byte, 1) == 1);
	close(answer[1]);
	CHECK(read(answer[0], &byte, 1) == 1);
	CHECK(try_open("other/file", O_RDONLY) == EACCES);
}

static void
test_the_rights_are_of_the_file_and_not_of_its_name(void **state)
{
	(void)state;
	run_in_child(replace_a_file);
}

static void
signal_the_parent(void)
{
	enter(NULL, 0);
	CHECK(kill(getpid(), 0) == 0);
	if (landlock_abi() >= 6)
		CHECK(kill(getppid(), 0) == -1 && errno == EPERM);
}

static void
test_who_is_outside_cannot_be_signalled(void **state)
{
	(void)state;
	run_in_child(signal_the_parent);
}

static void
ask_without_no_new_privs(void)
{
	struct err e;

	CHECK(setresuid(65534, 65534, 65534) == 0);
	CHECK(landlock_enter(NULL, 0, &e) == -1 && e.code == EPERM);
}

static void
test_it_refuses_where_it_would_not_hold(void **state)
{
	(void)state;
	if (getuid() != 0)
		skip();
	run_in_child(ask_without_no_new_privs);
}

static int
make_tree(void **state)
{
	static const char *const folders[] = { "read", "own", "other" };
	static const char *const files[] = { "read/file", "own/file",
		"other/file", "other/next" };
	char path[128];

	(void)state;
	if (mkdtemp(top) == NULL)
		return -1;
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", top, folders[i]);
		if (mkdir(path, 0700) == -1)
			return -1;
	}
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		if (try_open(files[i], O_WRONLY | O_CREAT) != 0)
			return -1;
	}
	return 0;
}

static int
remove_tree(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command); /* NOLINT(cert-env33-c): our own name */
}

static void
test_this_kernel_has_none(void **state)
{
	(void)state;
	skip(); /* the rest of this file tries what it does */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_places_can_be_opened),
		cmocka_unit_test(test_a_place_can_be_one_file),
		cmocka_unit_test(
		    test_the_rights_are_of_the_file_and_not_of_its_name),
		cmocka_unit_test(test_who_is_outside_cannot_be_signalled),
		cmocka_unit_test(test_it_refuses_where_it_would_not_hold),
	};
	const struct CMUnitTest without[] = {
		cmocka_unit_test(test_this_kernel_has_none),
	};

	if (landlock_abi() == 0)
		return cmocka_run_group_tests_name("landlock", without, NULL,
		    NULL);
	return cmocka_run_group_tests_name("landlock", tests, make_tree,
	    remove_tree);
}
