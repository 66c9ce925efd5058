/* test_receipt.c - receipts, and their signatures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/collector/receipt.h"
#include "gateway/collector/sshsig.h"

static const struct receipt full = {
	.of = { "c101", "ann", 1795953600 },
	.points = 8,
	.most = 10,
	.size = 52224,
	.sha256 =
	    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
};

static const char full_text[] =
    "atoll receipt 1\n"
    "lab: c101\n"
    "account: ann\n"
    "time: 2026-11-29T12:00:00Z\n"
    "points: 8 of 10\n"
    "archive: 20261129T120000Z.tar\n"
    "size: 52224\n"
    "sha256: "
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n";

static void
a_receipt_says_what_it_was_given(void **state)
{
	char text[RECEIPT_SIZE];

	(void)state;
	assert_int_equal(receipt_write(&full, text), strlen(full_text));
	assert_string_equal(text, full_text);
}

static void
what_was_written_is_read(void **state)
{
	struct receipt r = { .of = full.of };
	struct receipt without = full;
	char text[RECEIPT_SIZE];

	(void)state;
	assert_true(receipt_read(&r, full_text));
	assert_memory_equal(&r, &full, sizeof(r));
	without.points = without.most = 0;
	receipt_write(&without, text);
	assert_non_null(strstr(text, "points: none\n"));
	assert_true(receipt_read(&r, text));
	assert_int_equal(r.most, 0);
}

static void
another_s_receipt_or_half_of_one_is_none(void **state)
{
	struct receipt r = { .of = full.of };
	char text[RECEIPT_SIZE];

	(void)state;
	for (size_t n = 0; n < strlen(full_text); n++) {
		memcpy(text, full_text, n);
		text[n] = '\0';
		assert_false(receipt_read(&r, text));
	}
	strcpy(text, full_text);
	strcat(text, "more\n");
	assert_false(receipt_read(&r, text));
	strcpy(r.of.account, "eve");
	assert_false(receipt_read(&r, full_text));
}

static void
the_longest_names_and_numbers_fit(void **state)
{
	struct receipt r = { .points = UINT32_MAX,
		.most = UINT32_MAX,
		.size = UINT64_MAX,
		.of.begun = UINT64_MAX };
	struct receipt again;
	char text[RECEIPT_SIZE];

	(void)state;
	memset(r.of.lab, 'l', NAME_SIZE - 1);
	memset(r.of.account, 'a', NAME_SIZE - 1);
	memset(r.sha256, 'f', SHA256_TEXT_SIZE - 1);
	assert_true(receipt_write(&r, text) < RECEIPT_SIZE);
	again = (struct receipt){ .of = r.of };
	assert_true(receipt_read(&again, text));
	assert_memory_equal(&again, &r, sizeof(r));
}

/* That ssh-keygen takes it is in test_close.py. */
static void
a_signature_is_an_armoured_one_of_this_message(void **state)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	EVP_PKEY *rsa = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	char one[SSHSIG_SIZE], same[SSHSIG_SIZE], other[SSHSIG_SIZE];
	uint8_t public[SSHSIG_KEY_SIZE];
	struct err e;

	(void)state;
	assert_int_equal(sshsig_sign(key, "text", 4, one, &e), 0);
	assert_int_equal(sshsig_sign(key, "text", 4, same, &e), 0);
	assert_int_equal(sshsig_sign(key, "texT", 4, other, &e), 0);
	assert_string_equal(one, same); /* RFC 8032: no chance in it */
	assert_string_not_equal(one, other);
	assert_memory_equal(one, "-----BEGIN SSH SIGNATURE-----\n", 30);
	assert_int_equal(sshsig_public_key(key, public, &e), 0);
	assert_memory_equal(public, "\0\0\0\13ssh-ed25519\0\0\0 ", 19);
	assert_int_equal(sshsig_public_key(rsa, public, &e), -1);
	EVP_PKEY_free(key);
	EVP_PKEY_free(rsa);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_receipt_says_what_it_was_given),
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(another_s_receipt_or_half_of_one_is_none),
		cmocka_unit_test(the_longest_names_and_numbers_fit),
		cmocka_unit_test(
		    a_signature_is_an_armoured_one_of_this_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
