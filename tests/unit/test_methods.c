/* test_methods.c - which methods of password hashes a site has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/monitor/accounts/methods.h"

static void
method_and_cost_make_a_method_and_salt_does_not(void **state)
{
	static const struct {
		const char *one, *other;
		bool same;
	} pairs[] = {
		{ "$y$j9T$aaaa$bbbb", "$y$j9T$cccc$dddd", true },
		{ "$y$j9T$aaaa$bbbb", "$y$jCT$aaaa$bbbb", false },
		{ "$y$j9T$aaaa$bbbb", "$gy$j9T$aaaa$bbbb", false },
		{ "$6$salt$hash", "$6$other$hash", true },
		{ "$6$salt$hash", "$5$salt$hash", false },
		{ "$6$salt$hash", "$6$rounds=9999$salt$hash", false },
		{ "$6$rounds=9999$a$b", "$6$rounds=9999$c$d", true },
		{ "$6$rounds=9999$a$b", "$6$rounds=1000$c$d", false },
		{ "$2b$12$abcdefgh", "$2b$12$zyxwvut", true },
		{ "$2b$12$abcdefgh", "$2b$10$abcdefgh", false },
		{ "$7$CU..../....salt$a", "$7$CU..../....other$b", true },
		{ "$7$CU..../....salt$a", "$7$DU..../....salt$a", false },
		{ "", "$6$salt$hash", false },
		{ "no dollar", "$6$salt$hash", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		assert_int_equal(methods_are_same(pairs[i].one, pairs[i].other),
		    pairs[i].same);
		assert_int_equal(methods_are_same(pairs[i].other, pairs[i].one),
		    pairs[i].same);
	}
}

static void
each_method_is_learned_once_and_there_are_only_so_many(void **state)
{
	struct methods m;

	(void)state;
	methods_init(&m);
	assert_int_equal(m.count, 1);
	assert_true(methods_learn(&m, ""));
	assert_true(methods_learn(&m, "$y$j9T$salt$of an account"));
	assert_int_equal(m.count, 1);
	assert_true(methods_learn(&m, "$6$salt$hash"));
	assert_true(methods_learn(&m, "$6$other$hash"));
	assert_int_equal(m.count, 2);
	assert_true(methods_learn(&m, "$5$salt$hash"));
	assert_true(methods_learn(&m, "$2b$12$salt"));
	assert_int_equal(m.count, METHODS_MAX);
	assert_false(methods_learn(&m, "$6$rounds=5$salt$hash"));
	assert_true(methods_learn(&m, "$6$third$hash"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    method_and_cost_make_a_method_and_salt_does_not),
		cmocka_unit_test(
		    each_method_is_learned_once_and_there_are_only_so_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
