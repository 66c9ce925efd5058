/* test_networks.c - lists of addresses and networks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/config/networks.h"
#include "tests/unit/addresses.h"

static bool
has(const char *network, const char *address)
{
	struct address a = from(address);
	struct network n;
	struct err e = { 0 };

	if (network_parse(&n, network, &e) == -1)
		fail_msg("%s", e.text);
	return network_has(&n, &a);
}

static void
a_prefix_is_compared_to_its_last_bit(void **state)
{
	(void)state;
	assert_true(has("192.0.2.0/24", "192.0.2.255"));
	assert_false(has("192.0.2.0/24", "192.0.3.0"));
	assert_true(has("192.0.2.64/27", "192.0.2.95"));
	assert_false(has("192.0.2.64/27", "192.0.2.96"));
	assert_true(has("2001:db8::/33", "2001:db8:7fff::1"));
	assert_false(has("2001:db8::/33", "2001:db8:8000::1"));
}

static void
an_address_is_a_network_of_one(void **state)
{
	(void)state;
	assert_true(has("192.0.2.7", "192.0.2.7"));
	assert_false(has("192.0.2.7", "192.0.2.6"));
	assert_true(has("2001:db8::1", "2001:db8::1"));
	assert_false(has("2001:db8::1", "2001:db8::2"));
}

static void
ipv4_and_ipv6_are_told_apart(void **state)
{
	(void)state;
	assert_true(has("0.0.0.0/0", "203.0.113.9"));
	assert_false(has("0.0.0.0/0", "2001:db8::1"));
	assert_true(has("::/0", "2001:db8::1"));
	/* An IPv4 client of a v6 socket is an IPv4 client. */
	assert_true(has("192.0.2.0/24", "::ffff:192.0.2.3"));
}

static void
expect_error(const char *text, const char *expected)
{
	struct network n;
	struct err e = { 0 };

	assert_int_equal(network_parse(&n, text, &e), -1);
	assert_string_equal(e.text, expected);
}

static void
what_is_no_network_is_said(void **state)
{
	(void)state;
	expect_error("lab.example.org",
	    "\"lab.example.org\" is not an address or a network such as"
	    " 192.0.2.0/24 or 2001:db8::/32");
	expect_error("192.0.2.0/33",
	    "\"192.0.2.0/33\" needs 0 to 32 bits after its /");
	expect_error("192.0.2.0/", "\"192.0.2.0/\" needs 0 to 32 bits after"
				   " its /");
	expect_error("2001:db8::/-1",
	    "\"2001:db8::/-1\" needs 0 to 128 bits after its /");
	expect_error("192.0.2.1/24",
	    "\"192.0.2.1/24\" has bits set beyond its first 24");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefix_is_compared_to_its_last_bit),
		cmocka_unit_test(an_address_is_a_network_of_one),
		cmocka_unit_test(ipv4_and_ipv6_are_told_apart),
		cmocka_unit_test(what_is_no_network_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
