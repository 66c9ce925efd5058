/* test_utf16.c - text of UTF-16 becomes UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "gateway/admin/account/utf16.h"

static void
expect(const char *from, size_t size, const char *wanted)
{
	char *text = NULL;
	size_t got;
	struct err e;

	assert_true(utf16_is(from, size));
	assert_int_equal(utf16_to_utf8(from, size, &text, &got, &e), 0);
	assert_int_equal(got, strlen(wanted));
	assert_memory_equal(text, wanted, got);
	free(text);
}

static void
either_order_is_read(void **state)
{
	(void)state;
	expect("\xff\xfe"
	       "a\0\xe4\0\n",
	    7 + 1, "a\xc3\xa4\n");
	expect("\xfe\xff"
	       "\0a\0\xe4\0\n",
	    8, "a\xc3\xa4\n");
	expect("\xff\xfe\xac\x20", 4, "\xe2\x82\xac");
	expect("\xff\xfe\x3d\xd8\x00\xde", 6, "\xf0\x9f\x98\x80");
	expect("\xff\xfe", 2, "");
}

static void
half_a_pair_is_a_replacement(void **state)
{
	(void)state;
	expect("\xff\xfe\x3d\xd8", 4, "\xef\xbf\xbd");
	expect("\xff\xfe\x3d\xd8"
	       "a\0",
	    6,
	    "\xef\xbf\xbd"
	    "a");
	expect("\xff\xfe\x00\xde", 4, "\xef\xbf\xbd");
}

static void
half_a_unit_is_an_error(void **state)
{
	char *text = NULL;
	size_t size;
	struct err e;

	(void)state;
	assert_int_equal(utf16_to_utf8("\xff\xfe"
				       "a",
			     3, &text, &size, &e),
	    -1);
	assert_non_null(strstr(e.text, "the file is not whole"));
	assert_null(text);
	assert_false(utf16_is("\xff", 1));
	assert_false(utf16_is("ab", 2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(either_order_is_read),
		cmocka_unit_test(half_a_pair_is_a_replacement),
		cmocka_unit_test(half_a_unit_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
