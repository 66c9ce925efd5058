/* test_privs.c - what /proc says of a process that gave up its privileges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/privs.h"

#define UID	 54321
#define GID	 54322
#define BIT(cap) (UINT64_C(1) << (cap))

/* Run in a child, since nothing here can be undone; its exit status is how
 * many of its checks failed, each of which it names. */
static void
assert_child(int (*body)(void))
{
	pid_t pid;
	int status;

	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int
check(bool ok, const char *what)
{
	if (!ok)
		print_error("not so: %s (%s)\n", what, strerror(errno));
	return !ok;
}
#define CHECK(condition) check(condition, #condition)

/* True when /proc/self/status has this line. */
static bool
status_has(const char *line)
{
	char text[8192], whole[256];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd != -1)
		close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	snprintf(whole, sizeof(whole), "\n%s\n", line);
	return strstr(text, whole) != NULL;
}

static int
drop_and_look(void)
{
	const gid_t groups[] = { 0, 4, 27 };
	struct err e = { 0 };
	int bad = 0;

	bad += CHECK(setgroups(3, groups) == 0);
	bad += CHECK(privs_drop(UID, GID, &e) == 0);
	bad += CHECK(prctl(PR_GET_DUMPABLE) == 0);
	bad += CHECK(status_has("Uid:\t54321\t54321\t54321\t54321"));
	bad += CHECK(status_has("Gid:\t54322\t54322\t54322\t54322"));
	bad += CHECK(status_has("Groups:\t "));
	bad += CHECK(status_has("CapInh:\t0000000000000000"));
	bad += CHECK(status_has("CapPrm:\t0000000000000000"));
	bad += CHECK(status_has("CapEff:\t0000000000000000"));
	bad += CHECK(status_has("CapBnd:\t0000000000000000"));
	bad += CHECK(status_has("CapAmb:\t0000000000000000"));
	bad += CHECK(status_has("NoNewPrivs:\t1"));
	bad += CHECK(setuid(0) == -1);
	bad += CHECK(setgid(0) == -1);
	bad += CHECK(setgroups(3, groups) == -1);
	return bad;
}

static void
after_a_drop_nothing_is_left(void **state)
{
	(void)state;
	assert_child(drop_and_look);
}

static int
drop_to_root(void)
{
	struct err e = { 0 };
	int bad = 0;

	bad += CHECK(privs_drop(0, GID, &e) == -1);
	bad += CHECK(privs_drop(UID, 0, &e) == -1);
	bad += CHECK(e.code == EINVAL);
	bad += CHECK(geteuid() == 0);
	return bad;
}

static void
dropping_to_root_is_refused(void **state)
{
	(void)state;
	assert_child(drop_to_root);
}

static int
limit_and_look(void)
{
	uint64_t mask = BIT(CAP_KILL) | BIT(CAP_SETUID);
	struct err e = { 0 };
	int bad = 0;

	bad += CHECK(privs_limit(mask, &e) == 0);
	bad += CHECK(status_has("CapInh:\t0000000000000000"));
	bad += CHECK(status_has("CapPrm:\t00000000000000a0"));
	bad += CHECK(status_has("CapEff:\t00000000000000a0"));
	bad += CHECK(status_has("CapBnd:\t00000000000000a0"));
	bad += CHECK(setuid(UID) == 0);
	return bad;
}

static void
a_limit_keeps_what_the_mask_names_and_no_more(void **state)
{
	(void)state;
	assert_child(limit_and_look);
}

static int
drop_but_one(void)
{
	struct err e = { 0 };
	int bad = 0;

	bad += CHECK(privs_drop_but(UID, UID, BIT(CAP_KILL), &e) == 0);
	bad += CHECK(status_has("CapPrm:\t0000000000000020"));
	bad += CHECK(status_has("CapEff:\t0000000000000020"));
	bad += CHECK(status_has("CapBnd:\t0000000000000000"));
	bad += CHECK(setuid(0) == -1);
	return bad;
}

static void
a_drop_may_keep_a_capability_and_no_exec_does(void **state)
{
	(void)state;
	assert_child(drop_but_one);
}

static int
limit_but_bounding(void)
{
	struct err e = { 0 };
	int bad = 0;

	bad += CHECK(privs_limit_but(BIT(CAP_KILL),
			 BIT(CAP_KILL) | BIT(CAP_SETUID), &e) == 0);
	bad += CHECK(status_has("CapPrm:\t0000000000000020"));
	bad += CHECK(status_has("CapEff:\t0000000000000020"));
	bad += CHECK(status_has("CapBnd:\t00000000000000a0"));
	return bad;
}

static void
a_limit_may_leave_more_to_what_is_executed(void **state)
{
	(void)state;
	assert_child(limit_but_bounding);
}

static int
limit_and_exec(void)
{
	struct err e = { 0 };

	if (CHECK(privs_limit(BIT(CAP_KILL), &e) == 0))
		return 1;
	execl("/bin/sh", "sh", "-c",
	    "grep -q 'CapPrm:.0000000000000020' /proc/self/status", NULL);
	return 1;
}

static void
a_limit_holds_for_what_root_executes(void **state)
{
	(void)state;
	assert_child(limit_and_exec);
}

static void
a_missing_user_is_an_error_that_says_how_to_make_it(void **state)
{
	struct err e = { 0 };
	uid_t uid;
	gid_t gid;

	(void)state;
	assert_int_equal(privs_user("root", &uid, &gid, &e), 0);
	assert_int_equal(uid, 0);
	assert_int_equal(privs_user("nobody-here", &uid, &gid, &e), -1);
	assert_non_null(strstr(e.text, "nobody-here does not exist"));
	assert_non_null(strstr(e.text, "useradd --system"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_a_drop_nothing_is_left),
		cmocka_unit_test(dropping_to_root_is_refused),
		cmocka_unit_test(a_limit_keeps_what_the_mask_names_and_no_more),
		cmocka_unit_test(a_limit_holds_for_what_root_executes),
		cmocka_unit_test(a_drop_may_keep_a_capability_and_no_exec_does),
		cmocka_unit_test(a_limit_may_leave_more_to_what_is_executed),
		cmocka_unit_test(
		    a_missing_user_is_an_error_that_says_how_to_make_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
