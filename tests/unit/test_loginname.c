/* test_loginname.c - names of accounts, of what another system calls people. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/admin/account/loginname.h"

static void
expect(const char *from, enum naming how, const char *wanted)
{
	char got[NAME_SIZE];
	bool ok = loginname_make(from, how, got);

	if (ok != (wanted != NULL) || (ok && strcmp(got, wanted) != 0))
		fail_msg("%s: %s, not %s", from, got, wanted);
}

static void
an_address_gives_what_is_before_the_at(void **state)
{
	(void)state;
	expect("Ann.Lee@uni.example", NAMING_EMAIL, "ann.lee");
	expect("ann+lab@uni.example", NAMING_EMAIL, "ann-lab");
	expect("o'neil@uni.example", NAMING_EMAIL, "o-neil");
	expect("Plain", NAMING_EMAIL, "plain");
	expect("@uni.example", NAMING_EMAIL, NULL);
}

static void
capitals_accents_and_blanks_become_legal(void **state)
{
	(void)state;
	expect("Ann", NAMING_LOWER, "ann");
	expect("José Müller-Groß", NAMING_LOWER, "jose-muller-gross");
	expect("ÅSA", NAMING_LOWER, "asa");
	expect("Jose\xcc\x81", NAMING_LOWER, "jose");
	expect("  .-x- ", NAMING_LOWER, "x");
	expect("DOM\\Ann", NAMING_LOWER, "dom-ann");
	expect("Ann@uni", NAMING_LOWER, "ann-uni");
	expect("王小明", NAMING_LOWER, NULL);
	expect("", NAMING_LOWER, NULL);
	expect("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ", NAMING_LOWER,
	    "abcdefghijklmnopqrstuvwxyzabcdef");
}

static void
a_name_that_is_given_already_gets_a_number(void **state)
{
	static const char *const asked[] = { "ann", "ann", "ann2", "ann",
		"root", "abcdefghijklmnopqrstuvwxyzabcdef",
		"abcdefghijklmnopqrstuvwxyzabcdef" };
	static const char *const got[] = { "ann", "ann2", "ann22", "ann3",
		"root2", "abcdefghijklmnopqrstuvwxyzabcdef",
		"abcdefghijklmnopqrstuvwxyzabcde2" };
	struct loginnames *l = loginnames_new();
	struct err e;

	(void)state;
	assert_non_null(l);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		char name[NAME_SIZE];

		strcpy(name, asked[i]);
		assert_int_equal(loginnames_give(l, name, false, &e), 0);
		assert_string_equal(name, got[i]);
	}
	loginnames_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_gives_what_is_before_the_at),
		cmocka_unit_test(capitals_accents_and_blanks_become_legal),
		cmocka_unit_test(a_name_that_is_given_already_gets_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
