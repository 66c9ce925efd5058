/* test_inside.c - what is to be found in a sandbox, and what is not. */
#include "tests/sandbox/tests.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/base/scope.h"

static void
the_image_can_be_changed_and_stays_as_it_was(void **state)
{
	struct fixture *f = the(state);
	struct result *r = run_in(f, "root",
	    "rm -r /full && mv /home /house && touch /new && ls /");

	assert_int_equal(r->status, 0);
	assert_null(strstr(r->text, "full"));
	assert_non_null(strstr(r->text, "house"));
	r = run_in(f, "root", "ls /");
	assert_non_null(strstr(r->text, "full"));
	assert_null(strstr(r->text, "new"));
}

static void
generated_files_are_right(void **state)
{
	struct result *r = run_in(the(state), "plain",
	    "cat /etc/hostname; grep -c islet /etc/hosts; "
	    "stat -c %u:%a /etc/resolv.conf; test -e /etc/passwd; echo $?");

	assert_string_equal(r->text, "islet\n1\n0:644\n0\n");
}

static void
there_is_a_loopback_and_nothing_else(void **state)
{
	struct result *r = run_in(the(state), "plain",
	    "ls /sys/class/net; ip addr show lo | grep -c 127.0.0.1");

	assert_string_equal(r->text, "lo\n1\n");
}

static void
nothing_of_the_builder_is_left_open(void **state)
{
	/* 3 is the directory that ls reads. */
	struct result *r = run_in(the(state), "root",
	    "ls /proc/self/fd | tr '\\n' ' '; cat /proc/1/environ");

	assert_string_equal(r->text,
	    "0 1 2 3 cat: can't open '/proc/1/environ': Permission denied\n");
}

static void
what_is_given_up_is_gone(void **state)
{
	struct result *r = run_in(the(state), "root",
	    "cat /proc/sys/user/max_user_namespaces;"
	    "grep -E 'NoNewPrivs|CapBnd|CapEff|Seccomp:' /proc/self/status |"
	    "tr -d '\\n\\t';"
	    "echo; ulimit -n; ulimit -c; cat /proc/self/cgroup | grep -c "
	    "s[0-9];"
	    "echo 1 >/proc/sys/vm/drop_caches; wc -c </proc/interrupts;"
	    "mount -t tmpfs x /tmp; unshare -U true; mknod /tmp/n c 1 3");

	assert_non_null(strstr(r->text,
	    "0\nCapEff:00000000a00405fbCapBnd:00000000a00405fb"));
	assert_non_null(strstr(r->text, "NoNewPrivs:1Seccomp:2"));
	assert_non_null(strstr(r->text, "\n256\n0\n0\n0\n"));
	assert_non_null(strstr(r->text, "drop_caches: Read-only file system"));
	assert_non_null(strstr(r->text, "mount: permission denied"));
	assert_non_null(strstr(r->text, "unshare(0x10000000): Operation not"));
	assert_non_null(strstr(r->text, "mknod: /tmp/n: Operation not perm"));
}

static void
a_students_capabilities_are_the_labs(void **state)
{
	struct fixture *f = the(state);
	const char *command = "grep CapEff /proc/self/status";

	assert_non_null(
	    strstr(run_in(f, "plain", command)->text, "0000000000000000"));
	assert_non_null(
	    strstr(run_in(f, "raw", command)->text, "0000000000002000"));
}

static void
mounts_are_where_the_lab_says(void **state)
{
	struct fixture *f = the(state);
	struct result *r = run_in(f, "mounts",
	    "cat /exercises/one /srv/single; touch /exercises/x 2>&1;"
	    "touch /srv/hand/in/done; stat -c %u /srv/hand/in/done");
	char path[96];
	struct stat st;

	assert_string_equal(r->text,
	    "1\n1\ntouch: /exercises/x: Read-only file system\n1000\n");
	snprintf(path, sizeof(path), "%s/hand-in/done", f->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 1000);
}

static void
a_mount_through_a_link_is_refused(void **state)
{
	struct fixture *f = the(state);

	ask_build(f, "badtarget");
	assert_int_equal(next(f), MSG_BUILD_FAILED);
	assert_non_null(strstr(f->in.build_failed.reason, "mount /link/x"));
}

const struct CMUnitTest inside_tests[] = {
	cmocka_unit_test(the_image_can_be_changed_and_stays_as_it_was),
	cmocka_unit_test(generated_files_are_right),
	cmocka_unit_test(there_is_a_loopback_and_nothing_else),
	cmocka_unit_test(nothing_of_the_builder_is_left_open),
	cmocka_unit_test(what_is_given_up_is_gone),
	cmocka_unit_test(a_students_capabilities_are_the_labs),
	cmocka_unit_test(mounts_are_where_the_lab_says),
	cmocka_unit_test(a_mount_through_a_link_is_refused),
};
const size_t inside_test_count = sizeof(inside_tests) / sizeof(inside_tests[0]);
