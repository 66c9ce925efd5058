/* test_fdpass.c - mounts go to a child whole, and its words come back sorted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/builder/fdpass.h"

static int
set_up(void **state)
{
	static int ends[2];
	struct err e;

	*state = ends;
	return fdpass_pair(ends, &e);
}

static int
tear_down(void **state)
{
	int *ends = *state;

	close(ends[0]);
	close(ends[1]);
	return 0;
}

/* As many as there may be, all of /dev/null. */
static void
fill(struct rootfs_parts *parts)
{
	rootfs_parts_init(parts);
	parts->overlay = open("/dev/null", O_RDONLY | O_CLOEXEC);
	parts->dev = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	parts->mount_count = MOUNTS_MAX + 1;
	for (size_t i = 0; i < parts->mount_count; i++)
		parts->mount[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_not_equal(parts->mount[MOUNTS_MAX], -1);
}

static void
all_parts_arrive(void **state)
{
	int *ends = *state;
	struct rootfs_parts sent, got;
	struct stat a, b;
	struct err e;

	fill(&sent);
	rootfs_parts_init(&got);
	assert_int_equal(fdpass_send(ends[0], &sent, &e), 0);
	assert_int_equal(fdpass_receive(ends[1], &got, &e), 0);
	assert_int_equal(got.mount_count, MOUNTS_MAX + 1);
	assert_int_equal(fstat(sent.dev, &a), 0);
	assert_int_equal(fstat(got.dev, &b), 0);
	assert_int_equal(a.st_rdev, b.st_rdev);
	assert_int_equal(fcntl(got.mount[MOUNTS_MAX], F_GETFD), FD_CLOEXEC);
	assert_int_equal(got.lxcfs, -1);
	rootfs_parts_close(&sent);
	rootfs_parts_close(&got);
}

static void
lxcfs_is_none_of_the_mounts(void **state)
{
	int *ends = *state;
	struct rootfs_parts sent, got;
	struct stat a, b;
	struct err e;

	fill(&sent);
	sent.lxcfs = open("/dev/full", O_RDONLY | O_CLOEXEC);
	rootfs_parts_init(&got);
	assert_int_equal(fdpass_send(ends[0], &sent, &e), 0);
	assert_int_equal(fdpass_receive(ends[1], &got, &e), 0);
	assert_int_equal(got.mount_count, MOUNTS_MAX + 1);
	assert_int_equal(fstat(sent.lxcfs, &a), 0);
	assert_int_equal(fstat(got.lxcfs, &b), 0);
	assert_int_equal(a.st_rdev, b.st_rdev);
	rootfs_parts_close(&sent);
	rootfs_parts_close(&got);
}

/* A process that may have only a few more descriptors. */
static int
receive_with_few(int sock)
{
	struct rootfs_parts got;
	int next = dup(sock);
	const struct rlimit few = { (rlim_t)next + 5, (rlim_t)next + 5 };
	struct err e = { 0 };

	rootfs_parts_init(&got);
	close(next);
	if (setrlimit(RLIMIT_NOFILE, &few) == -1)
		return 1;
	if (fdpass_receive(sock, &got, &e) != -1)
		return 2;
	if (e.code != EBADMSG)
		return 3;
	/* What did arrive is closed again. */
	return dup(sock) == next ? 0 : 4;
}

static void
parts_that_were_cut_off_are_an_error(void **state)
{
	int *ends = *state;
	struct rootfs_parts sent;
	struct err e;
	int status;
	pid_t pid;

	fill(&sent);
	assert_int_equal(fdpass_send(ends[0], &sent, &e), 0);
	rootfs_parts_close(&sent);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit(receive_with_few(ends[1]));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
a_builder_that_is_gone_is_an_error(void **state)
{
	int *ends = *state;
	struct rootfs_parts got;
	struct err e;

	close(ends[0]);
	ends[0] = -1;
	assert_int_equal(fdpass_receive(ends[1], &got, &e), -1);
	assert_int_equal(e.code, EPIPE);
}

static void
a_lab_is_waited_for(void **state)
{
	int *ends = *state;
	char longest[NAME_SIZE], got[NAME_SIZE];
	struct err e;

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(fdpass_say_lab(ends[0], "web101", &e), 0);
	assert_int_equal(fdpass_say_lab(ends[0], longest, &e), 0);
	assert_int_equal(fdpass_wait_lab(ends[1], got, &e), 0);
	assert_string_equal(got, "web101");
	assert_int_equal(fdpass_wait_lab(ends[1], got, &e), 0);
	assert_string_equal(got, longest);
	close(ends[0]);
	ends[0] = -1;
	assert_int_equal(fdpass_wait_lab(ends[1], got, &e), -1);
	assert_int_equal(e.code, EPIPE);
}

static void
a_note_is_no_failure(void **state)
{
	int *ends = *state;
	char text[ERR_TEXT_SIZE] = "x";
	struct err e;

	assert_int_equal(fdpass_heard(ends[0], text), HANDOVER_NOTHING);
	assert_string_equal(text, "");
	fdpass_note(ends[1], "3 files are left out");
	assert_int_equal(fdpass_heard(ends[0], text), HANDOVER_NOTE);
	assert_string_equal(text, "3 files are left out");
	err_set(&e, 0, "no room");
	fdpass_fail(ends[1], &e);
	assert_int_equal(fdpass_heard(ends[0], text), HANDOVER_FAILURE);
	assert_string_equal(text, "no room");
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_parts_arrive),
		TEST(lxcfs_is_none_of_the_mounts),
		TEST(parts_that_were_cut_off_are_an_error),
		TEST(a_builder_that_is_gone_is_an_error),
		TEST(a_lab_is_waited_for),
		TEST(a_note_is_no_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
