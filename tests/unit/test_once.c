/* test_once.c - a link is good once, and for a while. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/monitor/links/once.h"

static struct once_link
link_of(const char *what, const char *who, uint64_t until)
{
	struct once_link l = { .until_ms = until };

	strcpy(l.what, what);
	strcpy(l.who, who);
	return l;
}

static void
test_once(void **state)
{
	struct once *o = once_new(2);
	struct once_link l = link_of("c101", "ann", 100), *found;
	char token[ONCE_TOKEN_SIZE];

	(void)state;
	assert_non_null(o);
	assert_null(once_find(o, "", 1));
	assert_true(once_add(o, &l, false, token));
	assert_int_equal(strlen(token), ONCE_TOKEN_SIZE - 1);
	assert_null(once_find(o, token, 100)); /* too late */
	found = once_find(o, token, 99);
	assert_non_null(found);
	assert_string_equal(found->what, "c101");
	assert_string_equal(found->who, "ann");
	found->until_ms = 0;
	assert_null(once_find(o, token, 99));
	token[0] = token[0] == '0' ? '1' : '0';
	assert_null(once_find(o, token, 1));
	free(o);
}

static void
test_the_oldest_goes(void **state)
{
	struct once *o = once_new(2);
	char token[3][ONCE_TOKEN_SIZE];

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct once_link l = link_of("c101", "ann", 100 + (uint64_t)i);

		assert_true(once_add(o, &l, false, token[i]));
	}
	assert_null(once_find(o, token[0], 1));
	assert_non_null(once_find(o, token[1], 1));
	assert_non_null(once_find(o, token[2], 1));
	free(o);
}

/* Whoever asks again and again takes nobody else's place. */
static void
test_only(void **state)
{
	struct once *o = once_new(2);
	struct once_link ann = link_of("x", "ann", 100);
	struct once_link bob = link_of("x", "bob", 50);
	char first[ONCE_TOKEN_SIZE], token[ONCE_TOKEN_SIZE],
	    other[ONCE_TOKEN_SIZE];

	(void)state;
	assert_true(once_add(o, &bob, true, other));
	assert_true(once_add(o, &ann, true, first));
	for (int i = 0; i < 5; i++)
		assert_true(once_add(o, &ann, true, token));
	assert_null(once_find(o, first, 1));
	assert_non_null(once_find(o, token, 1));
	assert_non_null(once_find(o, other, 1));
	free(o);
}

/* However it is typed. */
static void
test_code(void **state)
{
	struct once *o = once_new(2);
	struct once_link l = link_of("c101", "ann", 100);
	char code[ONCE_CODE_SIZE], typed[64];
	struct once_link *found;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_true(once_add_code(o, &l, true, code));
		assert_int_equal(strlen(code), ONCE_CODE_SIZE - 1);
		assert_int_equal(
		    strspn(code, "abcdefghjkmnpqrstuvwxyz23456789"), 4);
		assert_int_equal(code[4], '-');
		assert_int_equal(
		    strspn(code + 5, "abcdefghjkmnpqrstuvwxyz23456789"), 4);
	}
	found = once_find_code(o, code, 99);
	assert_non_null(found);
	assert_string_equal(found->who, "ann");
	assert_ptr_equal(once_find_code(o, code, 99), found);
	for (size_t i = 0; i <= strlen(code); i++)
		typed[i] = (char)toupper((unsigned char)code[i]);
	assert_ptr_equal(once_find_code(o, typed, 99), found);
	snprintf(typed, sizeof(typed), " %.4s %s ", code, code + 5);
	assert_ptr_equal(once_find_code(o, typed, 99), found);
	snprintf(typed, sizeof(typed), "%.4s%s", code, code + 5);
	assert_ptr_equal(once_find_code(o, typed, 99), found);
	snprintf(typed, sizeof(typed), "%sa", code);
	assert_null(once_find_code(o, typed, 99));
	snprintf(typed, sizeof(typed), "%.8s", code);
	assert_null(once_find_code(o, typed, 99));
	snprintf(typed, sizeof(typed), "%.4s_%s", code, code + 5);
	assert_null(once_find_code(o, typed, 99));
	assert_null(once_find_code(o, "", 99));
	assert_null(once_find_code(o, "-", 99));
	assert_null(once_find_code(o, code, 100)); /* too late */
	found->until_ms = 0;
	assert_null(once_find_code(o, code, 99));
	free(o);
}

static void
test_forget(void **state)
{
	struct once *o = once_new(3);
	struct once_link ann = link_of("c101", "ann", 100);
	struct once_link more = link_of("c102", "ann", 100);
	struct once_link bob = link_of("c101", "bob", 100);
	char code[3][ONCE_CODE_SIZE];

	(void)state;
	assert_true(once_add_code(o, &ann, true, code[0]));
	assert_true(once_add_code(o, &more, true, code[1]));
	assert_true(once_add_code(o, &bob, true, code[2]));
	assert_non_null(once_find_code(o, code[0], 1));
	assert_non_null(once_find_code(o, code[1], 1));
	once_forget(o, "ann");
	assert_null(once_find_code(o, code[0], 1));
	assert_null(once_find_code(o, code[1], 1));
	assert_non_null(once_find_code(o, code[2], 1));
	free(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_the_oldest_goes),
		cmocka_unit_test(test_only),
		cmocka_unit_test(test_code),
		cmocka_unit_test(test_forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
