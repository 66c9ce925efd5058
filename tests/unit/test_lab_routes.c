/* test_lab_routes.c - by which router a machine reaches which network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/array.h"
#include "gateway/loader/lab_routes.h"

/* Networks are 10.0.0.0/24, 10.0.1.0/24 and so on, and machine n is n + 1 on each. */
#define NETWORK(n) (0x0a000000U + ((uint32_t)(n) << 8))

struct fixture {
	struct lan_network network[LAN_NETWORKS_MAX];
	struct machine machine[MACHINES_MAX];
	struct lab lab;
};

/* One machine for each text: the digits are its networks, and R is for a router. */
static void
make(struct fixture *f, const char *const *machines, size_t count)
{
	*f = (struct fixture){ .lab = { .networks = f->network,
				   .network_count = LAN_NETWORKS_MAX,
				   .machines = f->machine,
				   .machine_count = count } };
	for (size_t i = 0; i < LAN_NETWORKS_MAX; i++)
		f->network[i] =
		    (struct lan_network){ .first = NETWORK(i), .bits = 24 };
	for (size_t i = 0; i < count; i++) {
		struct machine *m = &f->machine[i];

		for (const char *at = machines[i]; *at != '\0'; at++) {
			uint32_t n = (uint32_t)(*at - '0');

			if (*at == 'R')
				m->router = 1;
			else
				m->link[m->link_count++] = (struct lan_link){
					.address = NETWORK(n) + 1 + (uint32_t)i,
					.network = n,
					.bits = 24,
				};
		}
	}
	for (size_t i = 0; i < count; i++)
		lab_routes_find(&f->lab, &f->machine[i]);
}

/* Each as "NETWORK by LINK via NETWORK.MACHINE". */
static void
assert_routes(const struct machine *m, const char *want)
{
	char got[256] = "";
	size_t at = 0;

	for (size_t i = 0; i < m->route_count; i++) {
		const struct lan_route *r = &m->route[i];

		assert_int_equal(r->bits, 24);
		assert_int_equal(r->to & 0xff0000ff, 0x0a000000);
		at += (size_t)snprintf(got + at, sizeof(got) - at,
		    "%s%u by %u via %u.%u", i == 0 ? "" : ", ", r->to >> 8 & 15,
		    r->link, r->via >> 8 & 15, (r->via & 15) - 1);
	}
	assert_string_equal(got, want);
}

static void
the_machines_of_one_network_have_no_routes(void **state)
{
	static const char *const machines[] = { "0", "0R", "0" };
	struct fixture f;

	(void)state;
	make(&f, machines, COUNT_OF(machines));
	for (size_t i = 0; i < COUNT_OF(machines); i++)
		assert_routes(&f.machine[i], "");
}

static void
a_router_leads_to_its_networks(void **state)
{
	static const char *const machines[] = { "0", "01R", "1" };
	struct fixture f;

	(void)state;
	make(&f, machines, COUNT_OF(machines));
	assert_routes(&f.machine[0], "1 by 0 via 0.1");
	assert_routes(&f.machine[1], "");
	assert_routes(&f.machine[2], "0 by 0 via 1.1");
}

static void
who_is_on_two_networks_is_no_router_by_that(void **state)
{
	static const char *const machines[] = { "0", "01", "1" };
	struct fixture f;

	(void)state;
	make(&f, machines, COUNT_OF(machines));
	for (size_t i = 0; i < COUNT_OF(machines); i++)
		assert_routes(&f.machine[i], "");
}

static void
a_way_of_several_routers_begins_at_the_first(void **state)
{
	static const char *const machines[] = { "0", "23R", "12R", "01R", "3" };
	struct fixture f;

	(void)state;
	make(&f, machines, COUNT_OF(machines));
	assert_routes(&f.machine[0],
	    "1 by 0 via 0.3, 2 by 0 via 0.3, 3 by 0 via 0.3");
	assert_routes(&f.machine[3], "2 by 1 via 1.2, 3 by 1 via 1.2");
	assert_routes(&f.machine[2], "0 by 0 via 1.3, 3 by 1 via 2.1");
	assert_routes(&f.machine[4],
	    "0 by 0 via 3.1, 1 by 0 via 3.1, 2 by 0 via 3.1");
}

static void
the_order_of_interfaces_is_the_machines_own(void **state)
{
	static const char *const machines[] = { "10", "02R", "13R" };
	struct fixture f;

	(void)state;
	make(&f, machines, COUNT_OF(machines));
	assert_routes(&f.machine[0], "2 by 1 via 0.1, 3 by 0 via 1.2");
}

static void
the_shortest_way_is_taken(void **state)
{
	static const char *const machines[] = { "0", "01R", "12R", "02R", "2" };
	struct fixture f;

	(void)state;
	make(&f, machines, COUNT_OF(machines));
	assert_routes(&f.machine[0], "1 by 0 via 0.1, 2 by 0 via 0.3");
	assert_routes(&f.machine[4], "0 by 0 via 2.3, 1 by 0 via 2.2");
}

static void
of_ways_as_short_the_first_router_in_the_file_wins(void **state)
{
	static const char *const machines[] = { "0", "01R", "01R", "1" };
	static const char *const ring[] = { "0", "03R", "01R", "12R", "23R",
		"2" };
	struct fixture f;

	(void)state;
	make(&f, machines, COUNT_OF(machines));
	assert_routes(&f.machine[0], "1 by 0 via 0.1");
	assert_routes(&f.machine[3], "0 by 0 via 1.1");
	make(&f, ring, COUNT_OF(ring));
	/* Network 2 is two routers away on both sides. */
	assert_routes(&f.machine[0],
	    "1 by 0 via 0.2, 2 by 0 via 0.1, 3 by 0 via 0.1");
	assert_routes(&f.machine[5],
	    "0 by 0 via 2.3, 1 by 0 via 2.3, 3 by 0 via 2.4");
}

/* From each machine to each network: with every router one step less is left. */
static void
no_packet_goes_in_a_circle(void **state)
{
	static const char *const machines[] = { "0", "03R", "01R", "12R", "23R",
		"13R", "2", "3" };
	struct fixture f;

	(void)state;
	make(&f, machines, COUNT_OF(machines));
	for (size_t from = 0; from < COUNT_OF(machines); from++) {
		for (uint32_t to = 0; to < LAN_NETWORKS_MAX; to++) {
			const struct machine *at = &f.machine[from];
			int steps = 0;

			while (strchr(machines[at - f.machine],
				   '0' + (int)to) == NULL) {
				size_t i = 0;

				while (at->route[i].to != NETWORK(to))
					i++;
				assert_true(i < at->route_count);
				at = &f.machine[(at->route[i].via & 15) - 1];
				assert_int_equal(at->router, 1);
				assert_true(++steps <= 3);
			}
		}
	}
}

static void
a_network_that_no_way_leads_to_is_not_reached(void **state)
{
	static const char *const machines[] = { "0", "01R", "23R", "3" };
	struct fixture f;

	(void)state;
	make(&f, machines, COUNT_OF(machines));
	assert_routes(&f.machine[0], "1 by 0 via 0.1");
	assert_routes(&f.machine[3], "2 by 0 via 3.2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_machines_of_one_network_have_no_routes),
		cmocka_unit_test(a_router_leads_to_its_networks),
		cmocka_unit_test(who_is_on_two_networks_is_no_router_by_that),
		cmocka_unit_test(a_way_of_several_routers_begins_at_the_first),
		cmocka_unit_test(the_order_of_interfaces_is_the_machines_own),
		cmocka_unit_test(the_shortest_way_is_taken),
		cmocka_unit_test(
		    of_ways_as_short_the_first_router_in_the_file_wins),
		cmocka_unit_test(no_packet_goes_in_a_circle),
		cmocka_unit_test(a_network_that_no_way_leads_to_is_not_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
