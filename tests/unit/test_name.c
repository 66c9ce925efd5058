/* test_name.c - what an account, a lab or an image may be called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/base/name.h"

#define LONGEST "abcdefghijklmnopqrstuvwxyz012345"

static void
names_of_the_alphabet_are_names(void **state)
{
	static const char *const names[] = { "a", "0", "_", "web101",
		"debian-dev", "a.b", "a_b", "x-", "x.", LONGEST };

	(void)state;
	assert_int_equal(strlen(LONGEST), NAME_SIZE - 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_true(is_name(names[i]));
}

static void
anything_else_is_not_a_name(void **state)
{
	static const char *const others[] = { "", ".", "..", ".a", "-a", "A",
		"aB", "a b", "a/b", "a+b", "a\n", "\na", "a\x80", "\xc3\xa9",
		"a\x01", "a:b", "a%b", "a\\b", LONGEST "6" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(is_name(others[i]));
}

static void
a_login_may_name_its_lab(void **state)
{
	char account[NAME_SIZE], lab[NAME_SIZE];

	(void)state;
	assert_true(name_split_login("alice", account, lab));
	assert_string_equal(account, "alice");
	assert_string_equal(lab, "");
	assert_true(name_split_login("alice+web101", account, lab));
	assert_string_equal(account, "alice");
	assert_string_equal(lab, "web101");
	assert_true(name_split_login(LONGEST "+" LONGEST, account, lab));
	assert_string_equal(account, LONGEST);
	assert_string_equal(lab, LONGEST);
}

static void
a_login_that_is_not_one_leaves_both_parts_empty(void **state)
{
	static const char *const logins[] = { "", "+", "alice+", "+web101",
		"alice+web101+x", "Alice", "alice+Web", "alice +web", "alice/",
		"-alice", LONGEST "6", LONGEST "6+web", "alice+" LONGEST "6" };
	char account[NAME_SIZE], lab[NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(logins) / sizeof(logins[0]); i++) {
		memset(account, 'x', sizeof(account));
		memset(lab, 'x', sizeof(lab));
		assert_false(name_split_login(logins[i], account, lab));
		assert_string_equal(account, "");
		assert_string_equal(lab, "");
	}
}

static void
what_programs_make_of_a_login_is_read(void **state)
{
	static const char *const logins[][3] = {
		{ "alice", "alice", "" },
		{ "alice+web101", "alice", "web101" },
		{ "alice web101", "alice", "web101" },
		{ "Alice", "alice", "" },
		{ "ALICE+Web101", "alice", "web101" },
		{ " alice ", "alice", "" },
		{ "DOM\\alice", "alice", "" },
		{ "a.b\\DOM\\Alice web101", "alice", "web101" },
		{ "alice@lab.example.org", "alice", "" },
		{ "alice@lab.example.org+web101", "alice", "web101" },
		{ "alice+web101@lab.example.org", "alice", "web101" },
		{ LONGEST "@host+" LONGEST "@host", LONGEST, LONGEST },
	};
	char account[NAME_SIZE], lab[NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(logins) / sizeof(logins[0]); i++) {
		assert_true(name_read_login(logins[i][0], account, lab));
		assert_string_equal(account, logins[i][1]);
		assert_string_equal(lab, logins[i][2]);
	}
}

static void
what_is_no_login_is_none_however_it_is_read(void **state)
{
	static const char *const logins[] = { "", " ", "+", "@host", "DOM\\",
		"alice+", "alice +web", "alice b c", "a+b+c", "a+b c",
		"alice+a\\b", "al/ice", "\xc3\x84nne", "-x", LONGEST "6",
		LONGEST "6@host", "alice+" LONGEST "6", "alice+@host" };
	char account[NAME_SIZE], lab[NAME_SIZE], much[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(logins) / sizeof(logins[0]); i++) {
		memset(account, 'x', sizeof(account));
		memset(lab, 'x', sizeof(lab));
		assert_false(name_read_login(logins[i], account, lab));
		assert_string_equal(account, "");
		assert_string_equal(lab, "");
	}
	memset(much, 'a', sizeof(much));
	much[sizeof(much) - 1] = '\0';
	assert_false(name_read_login(much, account, lab));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_the_alphabet_are_names),
		cmocka_unit_test(anything_else_is_not_a_name),
		cmocka_unit_test(a_login_may_name_its_lab),
		cmocka_unit_test(
		    a_login_that_is_not_one_leaves_both_parts_empty),
		cmocka_unit_test(what_programs_make_of_a_login_is_read),
		cmocka_unit_test(what_is_no_login_is_none_however_it_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
