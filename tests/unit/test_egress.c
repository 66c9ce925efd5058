/* test_egress.c - what a lab's sandboxes may reach. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/egress.h"

static void
assert_refused(const char *text, const char *why)
{
	struct egress a;
	struct err e = { 0 };

	assert_int_equal(egress_parse(&a, text, &e), -1);
	if (strstr(e.text, why) == NULL)
		fail_msg("%s: %s", text, e.text);
}

static void
addresses_and_networks_are_read(void **state)
{
	struct egress a;
	struct err e;

	(void)state;
	assert_int_equal(egress_parse(&a, "198.51.100.7:443", &e), 0);
	assert_int_equal(a.network, 0xc6336407);
	assert_int_equal(a.bits, 32);
	assert_int_equal(a.port, 443);
	assert_int_equal(egress_parse(&a, "203.0.113.0/24:*", &e), 0);
	assert_int_equal(a.network, 0xcb007100);
	assert_int_equal(a.bits, 24);
	assert_int_equal(a.port, 0);
	assert_int_equal(egress_parse(&a, "0.0.0.0/0:*", &e), 0);
	assert_int_equal(a.bits, 0);
}

static void
what_is_none_is_told(void **state)
{
	(void)state;
	assert_refused("", "does not begin with an IPv4 address");
	assert_refused("deb.debian.org:443", "does not begin with an IPv4");
	assert_refused("[2001:db8::1]:443", "does not begin with an IPv4");
	assert_refused("198.51.100.7", "needs a port");
	assert_refused("198.51.100.7:", "needs a port");
	assert_refused("198.51.100.7:0", "needs a port");
	assert_refused("198.51.100.7:65536", "needs a port");
	assert_refused("198.51.100.7:+1", "needs a port");
	assert_refused("198.51.100.7:* ", "needs a port");
	assert_refused("198.51.100.0/:*", "needs 0 to 32 bits");
	assert_refused("198.51.100.0/33:*", "needs 0 to 32 bits");
	assert_refused("198.51.100.7/24:*", "bits set beyond its first 24");
	assert_refused(
	    "1:2:3:4:5:6:7:8:9:1:2:3:4:5:6:7:8:9:1:2:3:4:5:6:7:8:9:1:"
	    "2:3:4:5:6:7:8:9",
	    "is too long");
}

static void
as_a_number_it_is_the_same(void **state)
{
	const struct egress a = { 0xcb007100, 24, 65535 };
	struct egress b;

	(void)state;
	assert_true(egress_unpack(&b, egress_pack(&a)));
	assert_int_equal(b.network, a.network);
	assert_int_equal(b.bits, a.bits);
	assert_int_equal(b.port, a.port);
	assert_false(egress_unpack(&b, UINT64_C(33) << 16));
	assert_false(egress_unpack(&b, UINT64_C(0xcb007101) << 32 | 24 << 16));
}

static const char *
never(const char *text)
{
	const struct egress_never *n;
	struct egress a;
	struct err e;

	assert_int_equal(egress_parse(&a, text, &e), 0);
	n = egress_never_of(&a);
	return n == NULL ? "" : n->text;
}

static void
what_no_lab_reaches_is_known(void **state)
{
	(void)state;
	assert_string_equal(never("10.1.2.3:80"), "10.0.0.0/8");
	assert_string_equal(never("169.254.169.254:80"), "169.254.0.0/16");
	assert_string_equal(never("100.127.255.255:*"), "100.64.0.0/10");
	assert_string_equal(never("172.31.0.0/16:*"), "172.16.0.0/12");
	assert_string_equal(never("239.1.1.1:5353"), "224.0.0.0/3");
	assert_string_equal(never("255.255.255.255:67"), "224.0.0.0/3");
	/* It has some of it. */
	assert_string_equal(never("192.168.0.0/15:*"), "192.168.0.0/16");
	assert_string_equal(never("172.32.0.1:80"), "");
	assert_string_equal(never("100.128.0.1:80"), "");
	assert_string_equal(never("203.0.113.0/24:*"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_and_networks_are_read),
		cmocka_unit_test(what_is_none_is_told),
		cmocka_unit_test(as_a_number_it_is_the_same),
		cmocka_unit_test(what_no_lab_reaches_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
