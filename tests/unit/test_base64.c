/* test_base64.c - RFC 4648, 4 and 10. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/base64.h"

static size_t
decode(const char *text, size_t max, char to[16])
{
	size_t n = base64_decode(text, (uint8_t *)to, max);

	to[n] = '\0';
	return n;
}

static void
the_vectors_of_the_rfc_are_decoded_and_encoded(void **state)
{
	static const char *const vectors[][2] = { { "", "" }, { "Zg==", "f" },
		{ "Zm8=", "fo" }, { "Zm9v", "foo" }, { "Zm9vYg==", "foob" },
		{ "Zm9vYmE=", "fooba" }, { "Zm9vYmFy", "foobar" } };
	char got[16];

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		assert_int_equal(decode(vectors[i][0], 15, got),
		    strlen(vectors[i][1]));
		assert_string_equal(got, vectors[i][1]);
		base64_encode((const uint8_t *)vectors[i][1],
		    strlen(vectors[i][1]), got);
		assert_string_equal(got, vectors[i][0]);
	}
	assert_int_equal(decode("+/+/", 15, got), 3);
	assert_memory_equal(got, "\xfb\xff\xbf", 3);
}

static void
decoding_stops_at_what_is_no_digit_and_when_there_is_no_room(void **state)
{
	char got[16];

	(void)state;
	assert_int_equal(decode("Zm9v YmFy", 15, got), 3);
	assert_string_equal(got, "foo");
	assert_int_equal(decode("Zm9vYmFy", 4, got), 4);
	assert_string_equal(got, "foob");
	assert_int_equal(decode("Zm9vYmFy", 0, got), 0);
	assert_int_equal(decode("\xc3\xa4", 15, got), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_vectors_of_the_rfc_are_decoded_and_encoded),
		cmocka_unit_test(
		    decoding_stops_at_what_is_no_digit_and_when_there_is_no_room),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
