/* test_denial.c - what AppArmor refused, as the kernel's audit tells it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "sandbox/builder/apparmor/denial.h"

#define STAMP "audit(1764412345.678:90): "

static struct denial d;

static bool
parse(const char *text)
{
	return denial_parse(text, strlen(text), "atoll-sandbox", &d);
}

static void
a_refused_file_names_the_user_and_the_program(void **state)
{
	(void)state;
	assert_true(parse(
	    STAMP "apparmor=\"DENIED\" operation=\"open\" class=\"file\" "
		  "profile=\"atoll-sandbox\" name=\"/proc/kcore\" pid=812 "
		  "comm=\"cat\" requested_mask=\"r\" denied_mask=\"r\" "
		  "fsuid=1879049192 ouid=0"));
	assert_string_equal(d.operation, "open");
	assert_string_equal(d.what, "/proc/kcore");
	assert_string_equal(d.wanted, "r");
	assert_string_equal(d.program, "cat");
	assert_true(d.has_uid);
	assert_int_equal(d.uid, 1879049192);
	assert_int_equal(d.pid, 812);
}

static void
a_refused_mount_has_no_user(void **state)
{
	(void)state;
	assert_true(parse(STAMP
	    "apparmor=\"DENIED\" operation=\"mount\" class=\"mount\" "
	    "info=\"failed type match\" error=-13 profile=\"atoll-sandbox\" "
	    "name=\"/mnt/\" pid=9 comm=\"mount\" fstype=\"tmpfs\" "
	    "srcname=\"none\""));
	assert_string_equal(d.operation, "mount");
	assert_string_equal(d.what, "/mnt/");
	assert_false(d.has_uid);
	assert_int_equal(d.pid, 9);
}

static void
what_is_no_file_is_a_capability_or_a_peer(void **state)
{
	(void)state;
	assert_true(parse(
	    STAMP "apparmor=\"DENIED\" operation=\"capable\" "
		  "profile=\"atoll-sandbox\" pid=9 comm=\"x\" capability=21  "
		  "capname=\"sys_admin\""));
	assert_string_equal(d.what, "sys_admin");
	assert_true(
	    parse(STAMP "apparmor=\"DENIED\" operation=\"ptrace\" "
			"profile=\"atoll-sandbox\" pid=9 comm=\"gdb\" "
			"requested_mask=\"trace\" denied_mask=\"trace\" "
			"peer=\"unconfined\""));
	assert_string_equal(d.what, "unconfined");
	assert_string_equal(d.wanted, "trace");
}

/* As the kernel writes a name with a blank or a quotation mark. */
static void
a_name_in_digits_is_read(void **state)
{
	(void)state;
	assert_true(parse(STAMP
	    "apparmor=\"DENIED\" operation=\"open\" profile=\"atoll-sandbox\" "
	    "name=2F70726F632F612022 pid=1 comm=612062 fsuid=7"));
	assert_string_equal(d.what, "/proc/a \"");
	assert_string_equal(d.program, "a b");
	assert_true(parse("apparmor=\"DENIED\" profile=\"atoll-sandbox\" "
			  "name=2F7 comm=\"6162\""));
	assert_string_equal(d.what, "2F7");
	assert_string_equal(d.program, "6162");
}

static void
others_are_not_taken_for_ours(void **state)
{
	(void)state;
	assert_false(parse(""));
	assert_false(parse("avc:  denied  { read } for pid=1"));
	assert_false(parse("apparmor=\"ALLOWED\" operation=\"open\" "
			   "profile=\"atoll-sandbox\" name=\"/x\""));
	assert_false(parse("apparmor=\"DENIED\" operation=\"open\" "
			   "profile=\"atoll-sandbox2\" name=\"/x\""));
	assert_false(parse("apparmor=\"DENIED\" operation=\"open\" "
			   "profile=\"docker-default\" name=\"/x\""));
	assert_false(parse("apparmor=\"STATUS\" operation=\"profile_load\" "
			   "profile=\"unconfined\" name=\"atoll-sandbox\""));
}

static void
what_does_not_fit_or_is_no_number_does_no_harm(void **state)
{
	char text[2048];
	int n = snprintf(text, sizeof(text),
	    "apparmor=\"DENIED\" profile=\"atoll-sandbox\" name=\"/%01000d\" "
	    "comm=",
	    0);

	(void)state;
	memset(text + n, '4', 400);
	text[n + 400] = '\0';
	assert_true(parse(text));
	assert_int_equal(strlen(d.what), sizeof(d.what) - 1);
	assert_int_equal(strlen(d.program), sizeof(d.program) - 1);
	assert_true(parse("apparmor=\"DENIED\" profile=\"atoll-sandbox\" "
			  "fsuid=4294967296 pid=-1"));
	assert_false(d.has_uid);
	assert_int_equal(d.pid, 0);
	assert_true(parse("apparmor=\"DENIED\" profile=\"atoll-sandbox\" "
			  "fsuid= name=\""));
	assert_false(d.has_uid);
	assert_string_equal(d.what, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refused_file_names_the_user_and_the_program),
		cmocka_unit_test(a_refused_mount_has_no_user),
		cmocka_unit_test(what_is_no_file_is_a_capability_or_a_peer),
		cmocka_unit_test(a_name_in_digits_is_read),
		cmocka_unit_test(others_are_not_taken_for_ours),
		cmocka_unit_test(
		    what_does_not_fit_or_is_no_number_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
