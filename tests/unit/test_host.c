/* test_host.c - the Host header of a request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/web/host.h"

static void
the_loopback_is_known_by_its_names(void **state)
{
	static const char *const good[] = { "localhost", "LocalHost:80",
		"127.0.0.1", "127.0.0.1:9100", "127.255.0.3", "[::1]",
		"[::1]:65535", "localhost:" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(host_is_loopback(good[i]));
}

static void
nothing_else_is(void **state)
{
	static const char *const bad[] = { "", ":", ":80", "example.org",
		"localhost.example.org", "127.0.0.1.example.org",
		"127.0.0.1:80:80", "127.0.0.1:80x", "127.0.0.1:123456", "127.1",
		"2130706433", "0x7f.0.0.1", "128.0.0.1", "::1", "[::1",
		"[::1]x", "[::2]", "localhost@example.org", "127.0.0.1 ",
		" localhost", "localhost/", "0.0.0.0",
		"127.000000000000000000000.0.1" };

	(void)state;
	assert_false(host_is_loopback(NULL));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (host_is_loopback(bad[i]))
			fail_msg("%s is taken for the loopback", bad[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_loopback_is_known_by_its_names),
		cmocka_unit_test(nothing_else_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
