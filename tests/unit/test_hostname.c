/* test_hostname.c - what a host is called in a sandbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>

#include "sandbox/init/hostname.h"

static const struct names book = {
	.own = "islet",
	.hosts = "127.0.0.1\tlocalhost\n"
		 "::1\tlocalhost ip6-localhost ip6-loopback\n"
		 "# 10.0.0.9 commented\n"
		 "nonsense web\n"
		 "127.0.0.5 \t web  WWW.example.org # 10.0.0.9 too\r\n"
		 "\n"
		 "127.0.0.6 mail\n"
		 "::1 mail\n"
		 "127.0.0.7 many\n127.0.0.8 many\n127.0.0.9 many\n"
		 "127.0.0.10 many\n127.0.0.11 many\n"
		 "1234567890123456789012345678901234567890123456789 long\n"
		 "127.0.0.12 last",
};

static const char *
text_of(const struct address *a)
{
	static char text[INET6_ADDRSTRLEN];
	const void *bits = a->any.sa_family == AF_INET
			       ? (const void *)&a->v4.sin_addr
			       : (const void *)&a->v6.sin6_addr;

	return inet_ntop(a->any.sa_family, bits, text, sizeof(text));
}

static void
expect_dial(const char *host, const char *first, const char *second)
{
	struct address to[ADDRESSES_MAX];
	const char *const wanted[] = { first, second };
	size_t n = hostname_to_dial(host, 80, &book, to);

	assert_int_equal(n, (first != NULL) + (second != NULL));
	for (size_t i = 0; i < n; i++)
		assert_string_equal(text_of(&to[i]), wanted[i]);
}

static void
the_sandbox_has_few_names(void **state)
{
	(void)state;
	expect_dial("localhost", "127.0.0.1", "::1");
	expect_dial("LOCALHOST", "127.0.0.1", "::1");
	expect_dial("islet", "127.0.1.1", NULL);
	expect_dial("127.0.0.9", "127.0.0.9", NULL);
	expect_dial("::1", "::1", NULL);
}

static void
names_of_the_hosts_file_are_known(void **state)
{
	struct address to[ADDRESSES_MAX];

	(void)state;
	expect_dial("web", "127.0.0.5", NULL);
	expect_dial("www.EXAMPLE.org", "127.0.0.5", NULL);
	expect_dial("www.example.org.", "127.0.0.5", NULL);
	expect_dial("ip6-localhost", "::1", NULL);
	expect_dial("mail", "127.0.0.6", "::1");
	expect_dial("last", "127.0.0.12", NULL);
	assert_int_equal(hostname_to_dial("many", 1, &book, to), ADDRESSES_MAX);
	assert_int_equal(hostname_to_listen("mail", 1, &book, to), 1);
}

static void
what_is_no_name_in_the_hosts_file_is_none(void **state)
{
	(void)state;
	expect_dial("commented", NULL, NULL);
	expect_dial("10.0.0.9 too", NULL, NULL);
	expect_dial("too", NULL, NULL);
	expect_dial("#", NULL, NULL);
	expect_dial("example.org", NULL, NULL);
	expect_dial("we", NULL, NULL);
	expect_dial("webs", NULL, NULL);
	expect_dial("long", NULL, NULL);
	expect_dial("\n", NULL, NULL);
}

static void
a_dot_at_the_end_is_no_part_of_a_name(void **state)
{
	(void)state;
	expect_dial("localhost.", "127.0.0.1", "::1");
	expect_dial("islet.", "127.0.1.1", NULL);
	expect_dial(".", NULL, NULL);
	expect_dial("localhost..", NULL, NULL);
}

static void
other_names_are_nobody_s(void **state)
{
	(void)state;
	expect_dial("", NULL, NULL);
	expect_dial("*", NULL, NULL);
	expect_dial("example.org", NULL, NULL);
	expect_dial("127.1", NULL, NULL);
	expect_dial("0x7f000001", NULL, NULL);
	expect_dial("127.0.0.1 ", NULL, NULL);
}

static void
the_port_goes_with_the_address(void **state)
{
	struct address to[ADDRESSES_MAX];

	(void)state;
	assert_int_equal(hostname_to_dial("localhost", 8080, &book, to), 2);
	assert_int_equal(ntohs(to[0].v4.sin_port), 8080);
	assert_int_equal(ntohs(to[1].v6.sin6_port), 8080);
	assert_int_equal(to[0].length, sizeof(struct sockaddr_in));
	assert_int_equal(to[1].length, sizeof(struct sockaddr_in6));
}

static void
no_host_is_every_hostname_to_listen_on(void **state)
{
	struct address to[ADDRESSES_MAX];

	(void)state;
	assert_int_equal(hostname_to_listen("", 1, &book, to), 2);
	assert_string_equal(text_of(&to[0]), "::");
	assert_string_equal(text_of(&to[1]), "0.0.0.0");
	assert_int_equal(hostname_to_listen("*", 1, &book, to), 2);
	assert_int_equal(hostname_to_listen("localhost", 1, &book, to), 1);
	assert_string_equal(text_of(&to[0]), "127.0.0.1");
	assert_int_equal(hostname_to_listen("example.org", 1, &book, to), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sandbox_has_few_names),
		cmocka_unit_test(names_of_the_hosts_file_are_known),
		cmocka_unit_test(what_is_no_name_in_the_hosts_file_is_none),
		cmocka_unit_test(a_dot_at_the_end_is_no_part_of_a_name),
		cmocka_unit_test(other_names_are_nobody_s),
		cmocka_unit_test(the_port_goes_with_the_address),
		cmocka_unit_test(no_host_is_every_hostname_to_listen_on),
	};

	return cmocka_run_group_tests_name("hostname", tests, NULL, NULL);
}
