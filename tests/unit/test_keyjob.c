/* test_keyjob.c - one run of keys_command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/keys/keyjob.h"

#define BLOB                                                                   \
	"AAAAC3NzaC1lZDI1NTE5AAAAIPuHKNCoLtZ7vBbJfJ0Ni8CwYCbT7fJIyYCDAaaHtJZt"
#define KEY "ssh-ed25519 " BLOB
#define OTHER                                                                  \
	"ssh-ed25519 "                                                         \
	"AAAAC3NzaC1lZDI1NTE5AAAAIAuHKNCoLtZ7vBbJfJ0Ni8CwYCbT7fJIyYCDAaaHtJZt"

static void
expect_part(const char *part, const char *expected)
{
	char *got = keys_expand(part, "alice", KEY);

	assert_non_null(got);
	assert_string_equal(got, expected);
	free(got);
}

static void
placeholders_become_account_type_and_key(void **state)
{
	(void)state;
	expect_part("plain", "plain");
	expect_part("%u", "alice");
	expect_part("--user=%u,%t", "--user=alice,ssh-ed25519");
	expect_part("%k", BLOB);
	expect_part("100%%u", "100%u");
	expect_part("%", "%");
}

static void
a_key_is_found_on_any_line(void **state)
{
	char text[] = "# of alice\n\n" OTHER " alice@a\r\n  " KEY " alice@b\n";
	unsigned ignored;

	(void)state;
	assert_true(keys_have(text, KEY, &ignored));
	assert_int_equal(ignored, 0);
}

static void
lines_with_options_and_nonsense_are_ignored_and_counted(void **state)
{
	char text[] = "command=\"/bin/true\" " KEY "\n" OTHER "\nnonsense\n";
	unsigned ignored;

	(void)state;
	assert_false(keys_have(text, KEY, &ignored));
	assert_int_equal(ignored, 2);
}

static void
half_a_key_is_no_key(void **state)
{
	char text[] = KEY;
	unsigned ignored;

	(void)state;
	text[sizeof(text) - 5] = '\0';
	assert_false(keys_have(text, KEY, &ignored));
}

/* Run /bin/sh with a script, and hear what comes of it. */
static bool
run(const char *script, bool is_late, char reason[TEXT_SIZE])
{
	static struct keyjob j;
	char shell[] = "/bin/sh", option[] = "-c", name[] = "sh";
	char *command[] = { shell, option, (char *)(uintptr_t)script, name,
		NULL };
	struct err e = { 0 };

	if (keyjob_start(&j, command, "alice", KEY, &e) == -1)
		fail_msg("%s", e.text);
	while (!is_late) {
		struct pollfd fds[2] = { { j.out, POLLIN, 0 },
			{ j.pidfd, POLLIN, 0 } };

		assert_true(poll(fds, 2, 10000) > 0);
		if ((fds[0].revents != 0 && !keyjob_read(&j)) ||
		    fds[1].revents != 0)
			break;
	}
	return keyjob_finish(&j, is_late, reason);
}

static void
what_a_command_prints_counts_when_it_succeeds(void **state)
{
	char reason[TEXT_SIZE];

	(void)state;
	assert_true(run("echo '" KEY " c'", false, reason));
	assert_string_equal(reason, "");
	assert_false(run("echo '" KEY "'; exit 3", false, reason));
	assert_string_equal(reason, "its exit status is 3");
	assert_false(run("echo '" KEY "'; kill -9 $$", false, reason));
	assert_string_equal(reason, "it was killed by signal 9");
}

static void
a_command_that_is_late_ends_with_its_children(void **state)
{
	char reason[TEXT_SIZE];

	(void)state;
	assert_false(run("sleep 1000 & sleep 1000", true, reason));
	assert_string_equal(reason, "it took too long");
	/* The reader's end: a child that held the pipe would keep it open. */
	assert_true(run("sleep 1000 & echo '" KEY "'", false, reason));
	assert_string_equal(reason, "");
}

static void
a_command_that_says_too_much_is_ended(void **state)
{
	char reason[TEXT_SIZE];

	(void)state;
	assert_false(run("yes '" KEY "'", false, reason));
	assert_string_equal(reason, "it said more than 65536 bytes");
}

static void
a_key_that_could_be_an_option_is_not_passed_on(void **state)
{
	static struct keyjob j;
	char program[] = "/bin/true";
	char *command[] = { program, NULL };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(keyjob_start(&j, command, "alice", "--evil " BLOB, &e),
	    -1);
}

static void
a_program_that_is_not_there_is_told(void **state)
{
	static struct keyjob j;
	char program[] = "/nowhere/keys", reason[TEXT_SIZE];
	char *command[] = { program, NULL };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(keyjob_start(&j, command, "alice", KEY, &e), 0);
	while (j.out != -1) {
		struct pollfd p = { j.out, POLLIN, 0 };

		assert_true(poll(&p, 1, 10000) > 0);
		keyjob_read(&j);
	}
	poll(&(struct pollfd){ j.pidfd, POLLIN, 0 }, 1, 10000);
	assert_false(keyjob_finish(&j, false, reason));
	assert_string_equal(reason, "its user cannot run it (exit status 127)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(placeholders_become_account_type_and_key),
		cmocka_unit_test(a_key_is_found_on_any_line),
		cmocka_unit_test(
		    lines_with_options_and_nonsense_are_ignored_and_counted),
		cmocka_unit_test(half_a_key_is_no_key),
		cmocka_unit_test(what_a_command_prints_counts_when_it_succeeds),
		cmocka_unit_test(a_command_that_is_late_ends_with_its_children),
		cmocka_unit_test(a_command_that_says_too_much_is_ended),
		cmocka_unit_test(
		    a_key_that_could_be_an_option_is_not_passed_on),
		cmocka_unit_test(a_program_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
