/* test_nftlist.c - sets of nftables, as nft(8) prints them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/net/nftlist.h"

static void
each_element_is_read(void **state)
{
	const char *at =
	    "table inet atoll {\n\tset ports {\n"
	    "\t\ttype ifname . ipv4_addr . inet_proto . inet_service\n"
	    "\t\telements = { \"s1\" . 198.51.100.8 . 6 . 80 counter packets 3"
	    " bytes 180 expires 299s,\n"
	    "\t\t\t     \"s4294967295\" . 203.0.113.9 . 17 . 65535 counter"
	    " packets 1 bytes 32 expires 4s }\n\t}\n}\n";
	struct nftlisted l;

	(void)state;
	at = nftlist_next(at, &l);
	assert_non_null(at);
	assert_int_equal(l.number, 1);
	assert_int_equal(l.address, 0xc6336408);
	assert_int_equal(l.protocol, 6);
	assert_int_equal(l.port, 80);
	assert_int_equal(l.packets, 3);
	assert_int_equal(l.expires, 299);
	at = nftlist_next(at, &l);
	assert_non_null(at);
	assert_int_equal(l.number, UINT32_MAX);
	assert_int_equal(l.protocol, 17);
	assert_int_equal(l.port, 65535);
	assert_int_equal(l.packets, 1);
	assert_null(nftlist_next(at, &l));
}

static void
what_an_element_does_not_have_is_0(void **state)
{
	const char *at = "{ \"s7\" counter packets 12 bytes 0,"
			 " \"s8\" . 192.0.2.1 . 1 expires 2s }";
	struct nftlisted l;

	(void)state;
	at = nftlist_next(at, &l);
	assert_int_equal(l.number, 7);
	assert_int_equal(l.address, 0);
	assert_int_equal(l.packets, 12);
	assert_int_equal(l.expires, 0);
	at = nftlist_next(at, &l);
	assert_int_equal(l.number, 8);
	assert_int_equal(l.protocol, 1);
	assert_int_equal(l.port, 0);
	assert_int_equal(l.packets, 0);
	assert_int_equal(l.expires, 2);
	assert_null(nftlist_next(at, &l));
}

static void
what_is_none_is_passed_over(void **state)
{
	static const char *const texts[] = { "", "\"", "\"s", "\"s\"", "\"s1",
		"\"sx\"", "\"s4294967296\"", "\"s99999999999999999999999\"",
		"\"s1\" . 1.2.3", "\"s1\" . 256.1.1.1 . 6", "\"s1\" . ",
		"\"s1\" . 1.2.3.4 . ", "\"s1\" . 1.2.3.4 . 256",
		"\"s1\" . 1.2.3.4 . 6 . 65536",
		"\"uplink\" counter packets 1" };
	struct nftlisted l;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (nftlist_next(texts[i], &l) != NULL)
			fail_msg("%s", texts[i]);
	/* and what follows is read */
	assert_non_null(nftlist_next("{ \"s1\" . 1.2.3, \"s2\" }", &l));
	assert_int_equal(l.number, 2);
	/* a number that no counter has is 0 */
	assert_non_null(nftlist_next("\"s3\" counter packets"
				     " 99999999999999999999999999 expires x",
	    &l));
	assert_int_equal(l.packets, 0);
	assert_int_equal(l.expires, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_element_is_read),
		cmocka_unit_test(what_an_element_does_not_have_is_0),
		cmocka_unit_test(what_is_none_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
