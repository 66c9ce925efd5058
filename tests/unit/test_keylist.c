/* test_keylist.c - which key is meant, and what it is called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "gateway/base/array.h"
#include "gateway/monitor/accounts/keylist.h"
#include "gateway/monitor/accounts/passwords.h"

#define FIRST                                                                  \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJg8q5pC4bm0sFvVJuq0nyeKvEiH4b9u" \
	"GZ4X0xw1y2z3 one"
#define SECOND                                                                 \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJg8q5pC4bm0sFvVJuq0nyeKvEiH4b9u" \
	"GZ4X0xw1y2z4 two"

static const char *lines[] = { FIRST, SECOND };
static const struct texts keys = { COUNT_OF(lines), lines };

static void
a_key_is_meant_by_number_fingerprint_or_line(void **state)
{
	char print[FINGERPRINT_SIZE];

	(void)state;
	assert_string_equal(keylist_find(&keys, "1"), FIRST);
	assert_string_equal(keylist_find(&keys, "2"), SECOND);
	assert_string_equal(keylist_find(&keys, SECOND " more"), SECOND);
	keylist_fingerprint(SECOND, print);
	assert_int_equal(strlen(print), strlen("SHA256:") + 43);
	assert_string_equal(keylist_find(&keys, print), SECOND);
}

static void
what_is_none_means_none(void **state)
{
	static const char *const none[] = { "", "0", "3", "1x", "-1",
		"SHA256:", "SHA256:AAAA", "ssh-ed25519",
		"99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(none); i++)
		assert_null(keylist_find(&keys, none[i]));
}

static void
a_password_is_refused_for_a_reason(void **state)
{
	static const struct {
		const char *password, *why; /* NULL: it is good */
	} tries[] = {
		{ "correct horse", NULL },
		{ "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f!", NULL },
		{ "", "too short" },
		{ "seven77", "too short" },
		{ "abababab", "guessers" },
		{ "PassWord1", "guessers" },
		{ "my ALICE key", "name" },
	};
	char large[CRYPT_MAX_PASSPHRASE_SIZE + 1];
	struct err e;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(tries); i++) {
		bool is_good =
		    password_check("alice", tries[i].password, &e) == 0;

		assert_int_equal(is_good, tries[i].why == NULL);
		if (!is_good)
			assert_non_null(strstr(e.text, tries[i].why));
	}
	for (size_t i = 0; i < sizeof(large) - 1; i++)
		large[i] = (char)('a' + i % 20);
	large[sizeof(large) - 1] = '\0';
	assert_int_equal(password_check("alice", large, &e), -1);
	assert_non_null(strstr(e.text, "too long"));
	large[sizeof(large) - 2] = '\0';
	assert_int_equal(password_check("alice", large, &e), 0);
}

static void
a_hash_is_of_its_password_alone(void **state)
{
	char hash[CRYPT_OUTPUT_SIZE];
	struct crypt_data data = { 0 };

	(void)state;
	password_hash("correct horse", hash);
	assert_true(password_is_of(hash, "correct horse", &data));
	assert_false(password_is_of(hash, "correct horsf", &data));
	assert_false(password_is_of(hash, "", &data));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_meant_by_number_fingerprint_or_line),
		cmocka_unit_test(what_is_none_means_none),
		cmocka_unit_test(a_password_is_refused_for_a_reason),
		cmocka_unit_test(a_hash_is_of_its_password_alone),
	};

	return cmocka_run_group_tests_name("keylist", tests, NULL, NULL);
}
