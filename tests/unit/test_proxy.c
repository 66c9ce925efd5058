/* test_proxy.c - the header of the PROXY protocol, version 2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/monitor/admission/proxy.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define TCP4                                                                   \
	"\x21\x11\x00\x0c"                                                     \
	"\xc0\x00\x02\x07\xc6\x33\x64\x01"                                     \
	"\x9c\x40\x00\x16"
#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static void
the_client_of_an_ipv4_connection_is_found(void **state)
{
	struct proxy_header h;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(proxy_parse(&h, BYTES(SIGNATURE TCP4), &e),
	    PROXY_FROM);
	assert_int_equal(h.size, 28);
	assert_string_equal(h.address.text, "192.0.2.7");
	assert_int_equal(h.address.port, 40000);
}

static void
the_client_of_an_ipv6_connection_is_found(void **state)
{
	static const char header[] =
	    SIGNATURE "\x21\x21\x00\x24"
		      "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x09"
		      "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
		      "\x30\x39\x00\x16";
	struct proxy_header h;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(proxy_parse(&h, BYTES(header), &e), PROXY_FROM);
	assert_int_equal(h.size, 52);
	assert_string_equal(h.address.text, "2001:db8::9");
	assert_int_equal(h.address.port, 12345);
}

/* However it is cut, no byte beyond the header is ever asked for. */
static void
more_is_asked_for_and_never_too_much(void **state)
{
	static const char whole[] = SIGNATURE TCP4 "SSH-2.0-client";
	struct proxy_header h;
	struct err e = { 0 };

	(void)state;
	for (size_t n = 0; n < 28; n++) {
		assert_int_equal(proxy_parse(&h, (const uint8_t *)whole, n, &e),
		    PROXY_MORE);
		assert_int_equal(h.size, n < 16 ? 16 : 28);
	}
	assert_int_equal(proxy_parse(&h, BYTES(whole), &e), PROXY_FROM);
	assert_int_equal(h.size, 28);
}

static void
tlvs_are_skipped(void **state)
{
	static const char header[] =
	    SIGNATURE "\x21\x11\x00\x13"
		      "\xc0\x00\x02\x07\xc6\x33\x64\x01\x9c\x40\x00\x16"
		      "\x02\x00\x04host";
	struct proxy_header h;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(proxy_parse(&h, (const uint8_t *)header, 30, &e),
	    PROXY_MORE);
	assert_int_equal(h.size, 35);
	assert_int_equal(proxy_parse(&h, BYTES(header), &e), PROXY_FROM);
	assert_string_equal(h.address.text, "192.0.2.7");
}

static void
a_health_check_is_the_balancers_own(void **state)
{
	struct proxy_header h;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(proxy_parse(&h, BYTES(SIGNATURE "\x20\x00\0\0"), &e),
	    PROXY_SELF);
	/* LOCAL with addresses: they are to be ignored. */
	assert_int_equal(proxy_parse(&h,
			     BYTES(SIGNATURE "\x20\x11\x00\x0c"
					     "\xc0\x00\x02\x07\xc6\x33\x64\x01"
					     "\x9c\x40\x00\x16"),
			     &e),
	    PROXY_SELF);
	assert_int_equal(h.size, 28);
	/* PROXY of an unspecified family. */
	assert_int_equal(proxy_parse(&h, BYTES(SIGNATURE "\x21\x00\0\0"), &e),
	    PROXY_SELF);
}

static void
expect_bad(const uint8_t *bytes, size_t count, const char *why)
{
	struct proxy_header h;
	struct err e = { 0 };

	assert_int_equal(proxy_parse(&h, bytes, count, &e), PROXY_BAD);
	assert_string_equal(e.text, why);
}

static void
what_is_malformed_is_said(void **state)
{
	(void)state;
	expect_bad(BYTES("SSH-2.0-x"), "not the header of version 2");
	expect_bad(BYTES("PROXY TCP4 192.0.2.7 198.51.100.1 40000 22\r\n"),
	    "not the header of version 2");
	expect_bad(BYTES(SIGNATURE "\x11\x11\x00\x0c"), "not of version 2");
	expect_bad(BYTES(SIGNATURE "\x21\x11\xff\xff"),
	    "longer than any honest header");
	expect_bad(BYTES(SIGNATURE "\x22\x11\x00\x00"), "unknown command");
	expect_bad(BYTES(SIGNATURE "\x21\x12\x00\x00"),
	    "neither TCP over IPv4 nor over IPv6");
	expect_bad(BYTES(SIGNATURE "\x21\x31\x00\x00"),
	    "neither TCP over IPv4 nor over IPv6");
	expect_bad(BYTES(SIGNATURE "\x21\x11\x00\x04\xc0\x00\x02\x07"),
	    "too short for its addresses");
	expect_bad(BYTES(SIGNATURE "\x21\x21\x00\x0c"
				   "\xc0\x00\x02\x07\xc6\x33\x64\x01"
				   "\x9c\x40\x00\x16"),
	    "too short for its addresses");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_client_of_an_ipv4_connection_is_found),
		cmocka_unit_test(the_client_of_an_ipv6_connection_is_found),
		cmocka_unit_test(more_is_asked_for_and_never_too_much),
		cmocka_unit_test(tlvs_are_skipped),
		cmocka_unit_test(a_health_check_is_the_balancers_own),
		cmocka_unit_test(what_is_malformed_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
