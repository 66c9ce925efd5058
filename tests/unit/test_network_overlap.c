/* test_network_overlap.c - does network_range overlap a network of the host's? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sandbox/builder/network_overlap.h"

#define HEAD                                                                   \
	"Iface\tDestination\tGateway "                                         \
	"\tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU"                            \
	"\tWindow\tIRTT\n"
#define REST "\t0\t0\t0\n"

/* What those routes do to 10.213.0.0/16. */
static struct network_overlap
overlap_with(const char *routes)
{
	struct network_overlap found;
	struct msg m;
	FILE *f = fmemopen((void *)(uintptr_t)routes, strlen(routes), "r");

	assert_non_null(f);
	MSG_NEW(&m, SITE_PLAN, site_plan);
	m.site_plan.network_range = 0x0ad50000;
	m.site_plan.network_bits = 16;
	text_copy(m.site_plan.network_uplink, TEXT_SIZE, "atoll0");
	network_overlap_in(f, &m.site_plan, &found);
	fclose(f);
	return found;
}

static void
a_network_in_the_range_is_found(void **state)
{
	struct network_overlap found = overlap_with(
	    HEAD "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000" REST
		 "eth1\t0005D50A\t00000000\t0001\t0\t0\t0\t00FFFFFF" REST);

	(void)state;
	assert_int_equal(found.kind, OVERLAP_INSIDE);
	assert_string_equal(found.text, "10.213.5.0/24, by its eth1");
	/* the same network, and one address */
	found = overlap_with(
	    HEAD "eth1\t0000D50A\t00000000\t0001\t0\t0\t0\t0000FFFF" REST);
	assert_int_equal(found.kind, OVERLAP_INSIDE);
	found = overlap_with(
	    HEAD "wg0\tFFFFD50A\t00000000\t0005\t0\t0\t0\tFFFFFFFF" REST);
	assert_int_equal(found.kind, OVERLAP_INSIDE);
	assert_string_equal(found.text, "10.213.255.255/32, by its wg0");
}

static void
a_route_around_it_is_another_matter(void **state)
{
	struct network_overlap found = overlap_with(
	    HEAD "tun0\t0000000A\t00000000\t0003\t0\t0\t0\t000000FF" REST);

	(void)state;
	assert_int_equal(found.kind, OVERLAP_AROUND);
	assert_string_equal(found.text, "10.0.0.0/8, by its tun0");
	/* and what is inside is told, whichever comes first */
	found = overlap_with(
	    HEAD "eth1\t0005D50A\t00000000\t0001\t0\t0\t0\t00FFFFFF" REST
		 "tun0\t0000000A\t00000000\t0003\t0\t0\t0\t000000FF" REST);
	assert_int_equal(found.kind, OVERLAP_INSIDE);
}

static void
what_is_none_is_passed_over(void **state)
{
	static const char *const routes[] = {
		" ",
		HEAD,
		"\n\n\n",
		"eth0",
		"eth0\t",
		"eth0\tzz\t",
		"eth0\t0005D50A\t00000000\t0001\t0\t0\t0\t",
		/* to everywhere, by halves */
		"tun0\t00000000\t00000000\t0003\t0\t0\t0\t00000080" REST,
		"tun0\t00000080\t00000000\t0003\t0\t0\t0\t00000080" REST,
		/* the uplink's own */
		"atoll0\t0000D50A\t00000000\t0001\t0\t0\t0\tFCFFFFFF" REST,
		/* beside it */
		"eth1\t0000D60A\t00000000\t0001\t0\t0\t0\t0000FFFF" REST,
		"eth1\t0000D40A\t00000000\t0001\t0\t0\t0\t0000FFFF" REST,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
		if (overlap_with(routes[i]).kind != OVERLAP_NONE)
			fail_msg("%s", routes[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_network_in_the_range_is_found),
		cmocka_unit_test(a_route_around_it_is_another_matter),
		cmocka_unit_test(what_is_none_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
