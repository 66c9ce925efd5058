/* test_mac.c - the keys by which packets are authenticated, made ready once. */
#include "tests/unit/steps.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "gateway/session/transport/mac.h"

enum { SHA256, SHA512, NONE };

static unsigned made;

static EVP_MD_CTX *
make(const void *key, size_t length, unsigned type)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	EVP_PKEY *k =
	    EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL, key, length);

	made++;
	assert_non_null(c);
	assert_non_null(k);
	if (type == NONE ||
	    EVP_DigestSignInit(c, NULL,
		type == SHA256 ? EVP_sha256() : EVP_sha512(), NULL, k) != 1) {
		EVP_MD_CTX_free(c);
		c = NULL;
	}
	EVP_PKEY_free(k);
	return c;
}

/* The same as libcrypto says by other means. */
static void
expect_good(struct macs *all, const char *key, unsigned type, const char *text)
{
	uint8_t got[EVP_MAX_MD_SIZE], right[EVP_MAX_MD_SIZE];
	size_t n = sizeof(got);
	unsigned size;
	EVP_MD_CTX *c = mac_begin(all, key, strlen(key), type, make);

	assert_non_null(c);
	assert_int_equal(EVP_DigestSignUpdate(c, text, strlen(text)), 1);
	assert_int_equal(EVP_DigestSignFinal(c, got, &n), 1);
	EVP_MD_CTX_free(c);
	assert_non_null(HMAC(type == SHA256 ? EVP_sha256() : EVP_sha512(), key,
	    (int)strlen(key), (const uint8_t *)text, strlen(text), right,
	    &size));
	assert_int_equal(n, size);
	assert_memory_equal(got, right, size);
}

static void
a_key_is_made_once_and_each_packet_has_its_own_hash(void **state)
{
	struct macs all = { 0 };

	(void)state;
	made = 0;
	for (int i = 0; i < 5; i++) {
		expect_good(&all, "of one direction", SHA256, "a packet");
		expect_good(&all, "of the other one", SHA256, "another");
		expect_good(&all, "of one direction", SHA256, "");
	}
	assert_int_equal(made, 2);
	mac_forget(&all);
}

static void
new_keys_take_the_place_of_the_old(void **state)
{
	struct macs all = { 0 };

	(void)state;
	made = 0;
	expect_good(&all, "one", SHA256, "x");
	expect_good(&all, "two", SHA256, "x");
	expect_good(&all, "one, new", SHA256, "x");
	expect_good(&all, "two", SHA256, "x");
	assert_int_equal(made, 3);
	expect_good(&all, "two, new", SHA256, "x");
	expect_good(&all, "one, new", SHA256, "x");
	assert_int_equal(made, 4);
	expect_good(&all, "two", SHA256, "x"); /* gone: made again */
	assert_int_equal(made, 5);
	mac_forget(&all);
}

static void
the_hash_and_all_of_the_key_count(void **state)
{
	struct macs all = { 0 };

	(void)state;
	made = 0;
	expect_good(&all, "key", SHA256, "x");
	expect_good(&all, "key", SHA512, "x");
	assert_int_equal(made, 2);
	expect_good(&all, "ke", SHA256, "x");
	expect_good(&all, "kez", SHA256, "x");
	assert_int_equal(made, 4);
	mac_forget(&all);
}

static void
what_cannot_be_kept_is_made_each_time(void **state)
{
	struct macs all = { 0 }, none = { 0 };
	char key[MAC_KEY_MAX + 2];

	(void)state;
	memset(key, 'k', sizeof(key));
	key[sizeof(key) - 1] = '\0';
	made = 0;
	expect_good(&all, key, SHA256, "x");
	expect_good(&all, key, SHA256, "x");
	assert_int_equal(made, 2);
	assert_null(mac_begin(&all, "key", 3, NONE, make));
	assert_memory_equal(&all, &none, sizeof(all));
}

static void
nothing_is_left_of_them(void **state)
{
	struct macs all = { 0 }, none = { 0 };

	(void)state;
	expect_good(&all, "one", SHA256, "x");
	assert_memory_not_equal(&all, &none, sizeof(all));
	mac_forget(&all);
	assert_memory_equal(&all, &none, sizeof(all));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_key_is_made_once_and_each_packet_has_its_own_hash),
		cmocka_unit_test(new_keys_take_the_place_of_the_old),
		cmocka_unit_test(the_hash_and_all_of_the_key_count),
		cmocka_unit_test(what_cannot_be_kept_is_made_each_time),
		cmocka_unit_test(nothing_is_left_of_them),
	};

	return cmocka_run_group_tests_name("mac", tests, NULL, NULL);
}
