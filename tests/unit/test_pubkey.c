/* test_pubkey.c - public keys as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/base/pubkey.h"

#define ED25519                                                                \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReVs5jZ3lJ9l5HvNnzu" \
	"mMQkDi6Jx2cM"

#define SECURITY_KEY                                                           \
	"sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t"  \
	"AAAAIGPKSUTyz1HwHReVs5jZ3lJ9l5HvNnzummQkDi6Jx2cMAAAABHNzaDo="

static void
a_key_with_or_without_comment_is_a_key(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(key_check(ED25519, &e), 0);
	assert_int_equal(key_check(ED25519 " alice@home 2", &e), 0);
	assert_int_equal(key_check(SECURITY_KEY, &e), 0);
}

static void
what_sessions_do_not_accept_is_not_a_key(void **state)
{
	static const char *const others[] = { "", "ssh-ed25519", "ssh-ed25519 ",
		"ssh-ed25519 AAAA", "ssh-dss AAAAB3NzaC1kc3MA",
		"ssh-ed25519 !!!!C3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReVs5jZ3lJ9l",
		/* an ed25519 blob under another name */
		"ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReVs5jZ3lJ9l5Hv",
		"command=\"x\" " ED25519 };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct err e = { 0 };

		assert_int_equal(key_check(others[i], &e), -1);
		assert_string_not_equal(e.text, "");
	}
}

static void
comments_do_not_tell_keys_apart(void **state)
{
	(void)state;
	assert_true(key_is_same(ED25519 " alice", ED25519));
	assert_true(key_is_same(ED25519, ED25519 " bob"));
	assert_false(key_is_same(ED25519 "A", ED25519));
	assert_false(key_is_same("ssh-rsa AAAA", ED25519));
	assert_false(key_is_same("", ED25519));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_with_or_without_comment_is_a_key),
		cmocka_unit_test(what_sessions_do_not_accept_is_not_a_key),
		cmocka_unit_test(comments_do_not_tell_keys_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
