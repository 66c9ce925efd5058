/* test_form.c - the fields of a request's body. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/web/form.h"

/* On the heap and without a NUL, so that the sanitizer sees who reads beyond. */
static bool
get(const char *body, const char *name, char *to, size_t room)
{
	size_t size = strlen(body);
	char *copy = malloc(size == 0 ? 1 : size);
	bool has;

	assert_non_null(copy);
	memcpy(copy, body, size);
	has = form_text(copy, size, name, to, room);
	free(copy);
	return has;
}

static void
expect(const char *body, const char *wanted)
{
	char got[32];

	assert_true(get(body, "text", got, sizeof(got)));
	assert_string_equal(got, wanted);
}

static void
refuse(const char *body)
{
	char got[8] = "before";

	assert_false(get(body, "text", got, sizeof(got)));
	assert_string_equal(got, "");
}

static void
a_field_is_decoded(void **state)
{
	(void)state;
	expect("text=hello", "hello");
	expect("account=bob&text=a+b%2Bc%26d%3d", "a b+c&d=");
	expect("text=", "");
	expect("text=&text=second", "");
	expect("xtext=no&text=yes", "yes");
	expect("text=%C3%a4&", "\xc3\xa4");
	expect("&&text==x", "=x");
}

static void
what_is_badly_written_is_no_field(void **state)
{
	(void)state;
	refuse("");
	refuse("text");
	refuse("tex=x");
	refuse("TEXT=x");
	refuse("text=%");
	refuse("text=%4");
	refuse("text=%4&x=1");
	refuse("text=%zz");
	refuse("text=a%00b");
	refuse("text=12345678"); /* and no room for a NUL */
}

static uint32_t
number(const char *text)
{
	return form_number(text, strlen(text), "n", 1440);
}

static void
a_number_is_decimal_and_within_its_bound(void **state)
{
	uint64_t count;

	(void)state;
	assert_int_equal(number("n=1"), 1);
	assert_int_equal(number("n=1440"), 1440);
	assert_int_equal(number("n=0010"), 10);
	assert_int_equal(number("n=1441"), 0);
	assert_int_equal(number("n=0"), 0);
	assert_int_equal(number("n="), 0);
	assert_int_equal(number("n=-1"), 0);
	assert_int_equal(number("n=+1"), 0);
	assert_int_equal(number("n=1.5"), 0);
	assert_int_equal(number("n=4294967297"), 0);
	assert_int_equal(number("m=1"), 0);
	assert_true(form_count("ms=0", 4, "ms", 5, &count) && count == 0);
	assert_true(
	    form_count("ms=100000000000", 15, "ms", UINT64_MAX, &count));
	assert_true(count == 100000000000);
	assert_false(form_count("ms=6", 4, "ms", 5, &count));
	assert_false(form_count("ms=-1", 5, "ms", UINT64_MAX, &count));
	assert_false(form_count("ms=", 3, "ms", UINT64_MAX, &count));
	assert_false(
	    form_count("ms=1234567890123456", 19, "ms", UINT64_MAX, &count));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_is_decoded),
		cmocka_unit_test(what_is_badly_written_is_no_field),
		cmocka_unit_test(a_number_is_decimal_and_within_its_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
