/* test_accept_env.c - the few variables that a client may set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/accept_env.h"

static void
locale_and_colours_may_be_set_and_nothing_else(void **state)
{
	static const char *const good[] = { "LANG", "LANGUAGE", "COLORTERM",
		"NO_COLOR", "LC_ALL", "LC_PAPER", "LC_a_9" };
	static const char *const bad[] = { "", "L", "LANGU", "LANGUAGES",
		"lang", "PATH", "LD_PRELOAD", "TERM", "TZ", "SSH_CLIENT",
		"BASH_ENV", "LC", "LC_A-B", "LC_A B", "LC_\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!accept_env(good[i], strlen(good[i])))
			fail_msg("%s", good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (accept_env(bad[i], strlen(bad[i])))
			fail_msg("%s", bad[i]);
	}
}

static void
only_the_name_counts(void **state)
{
	(void)state;
	assert_true(accept_env("LANG=C", 4));
	assert_false(accept_env("LANG=C", 6));
	assert_true(accept_env("LC_ALL=a-b", 6));
	assert_false(accept_env("LC_ALL=a-b", 10));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    locale_and_colours_may_be_set_and_nothing_else),
		cmocka_unit_test(only_the_name_counts),
	};

	return cmocka_run_group_tests_name("accept_env", tests, NULL, NULL);
}
