/* test_err.c - an error is a value with its context. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "gateway/base/err.h"

static void
the_text_ends_with_the_words_of_the_errno(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(err_set(&e, EACCES, "open %s", "x"), -1);
	assert_string_equal(e.text, "open x: Permission denied");
	assert_int_equal(e.code, EACCES);
}

static void
without_an_errno_the_text_says_it_all(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(err_set(&e, 0, "no %s", "lab"), -1);
	assert_string_equal(e.text, "no lab");
	assert_int_equal(e.code, 0);
}

static void
context_goes_before_and_the_code_stays(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, EBUSY, "rmdir");
	assert_int_equal(err_wrap(&e, "cgroup %s", "s9"), -1);
	assert_int_equal(err_wrap(&e, "sandbox %d", 9), -1);
	assert_string_equal(e.text,
	    "sandbox 9: cgroup s9: rmdir: Device or resource busy");
	assert_int_equal(e.code, EBUSY);
}

static void
a_long_text_is_cut_and_stays_a_text(void **state)
{
	char longer[2 * ERR_TEXT_SIZE];
	struct {
		struct err e;
		char after[8];
	} s = { .after = "sentry" };

	(void)state;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	err_set(&s.e, ENOENT, "%s", longer);
	assert_int_equal(strlen(s.e.text), ERR_TEXT_SIZE - 1);
	err_set(&s.e, ENOENT, "%.*s", ERR_TEXT_SIZE - 4, longer);
	assert_int_equal(strlen(s.e.text), ERR_TEXT_SIZE - 1);
	err_wrap(&s.e, "what");
	assert_int_equal(strlen(s.e.text), ERR_TEXT_SIZE - 1);
	assert_memory_equal(s.e.text, "what: xxx", 9);
	err_wrap(&s.e, "%s", longer);
	assert_int_equal(strlen(s.e.text), ERR_TEXT_SIZE - 1);
	assert_string_equal(s.after, "sentry");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_ends_with_the_words_of_the_errno),
		cmocka_unit_test(without_an_errno_the_text_says_it_all),
		cmocka_unit_test(context_goes_before_and_the_code_stays),
		cmocka_unit_test(a_long_text_is_cut_and_stays_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
