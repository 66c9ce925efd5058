/* test_signals.c - the signals of RFC 4254, by name and by number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>

#include "gateway/base/signals.h"

static void
every_name_of_the_rfc_has_its_number(void **state)
{
	static const struct {
		const char *name;
		int number;
	} rfc[] = { { "ABRT", SIGABRT }, { "ALRM", SIGALRM }, { "FPE", SIGFPE },
		{ "HUP", SIGHUP }, { "ILL", SIGILL }, { "INT", SIGINT },
		{ "KILL", SIGKILL }, { "PIPE", SIGPIPE }, { "QUIT", SIGQUIT },
		{ "SEGV", SIGSEGV }, { "TERM", SIGTERM }, { "USR1", SIGUSR1 },
		{ "USR2", SIGUSR2 } };
	size_t named = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rfc) / sizeof(rfc[0]); i++) {
		assert_int_equal(signal_number(rfc[i].name), rfc[i].number);
		assert_string_equal(signal_name((unsigned)rfc[i].number),
		    rfc[i].name);
	}
	for (unsigned i = 0; i < 200; i++)
		named += signal_name(i) != NULL;
	assert_int_equal(named, sizeof(rfc) / sizeof(rfc[0]));
}

static void
others_have_none(void **state)
{
	(void)state;
	assert_int_equal(signal_number("STOP"), 0);
	assert_int_equal(signal_number("SIGINT"), 0);
	assert_int_equal(signal_number("int"), 0);
	assert_int_equal(signal_number(""), 0);
	assert_null(signal_name(0));
	assert_null(signal_name(SIGSTOP));
	assert_null(signal_name(SIGWINCH));
	assert_null(signal_name(~0U));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_of_the_rfc_has_its_number),
		cmocka_unit_test(others_have_none),
	};

	return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
