/* test_refusals_text.c - what a sandbox was refused on its network, as a text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/egress.h"
#include "gateway/base/egress_name.h"
#include "gateway/monitor/seats/refusals_text.h"

static char text[LINE_SIZE];

static const char *
told(const struct lab *lab, const struct msg *m)
{
	refusals_text(lab, &m->refusals, text);
	return text;
}

static void
note(struct msg *m, uint32_t address, uint8_t protocol, uint16_t port,
    uint64_t times)
{
	const struct refusal_noted r = { address, protocol, port };

	m->refusals.noted.at[m->refusals.noted.count++] = refusal_pack(&r);
	m->refusals.times.at[m->refusals.times.count++] = times;
}

static void
nothing_is_told_as_nothing(void **state)
{
	struct msg m;

	(void)state;
	MSG_NEW(&m, REFUSALS, refusals);
	assert_string_equal(told(NULL, &m),
	    "This lab reaches nothing outside.\nNothing was refused.\n");
}

static void
each_that_was_refused_has_its_reason(void **state)
{
	const char *allow[] = { "203.0.113.0/24:443", "0.0.0.0/0:7" };
	struct egress_options o = { .allow = { 2, allow },
		.connections = 64,
		.new_per_second = 20,
		.rate = 2 << 20 };
	struct lab lab = { .egress = &o, .egress_count = 1 };
	struct msg m;

	(void)state;
	MSG_NEW(&m, REFUSALS, refusals);
	m.refusals.refused = 9;
	m.refusals.too_many = 1;
	m.refusals.too_fast = 5;
	m.refusals.dropped = 2;
	note(&m, 0xcb007109, IPPROTO_TCP, 80, 1);
	note(&m, 0xcb007109, IPPROTO_UDP, 53, 2);
	note(&m, 0xa9fea9fe, IPPROTO_TCP, 80, 3);
	note(&m, 0xc0000201, IPPROTO_TCP, 7, 1);
	note(&m, 0xcb007109, IPPROTO_ICMP, 0, 1);
	note(&m, 0xcb007109, 47, 0, 1);
	assert_string_equal(told(&lab, &m),
	    "This lab may reach: 203.0.113.0/24:443, 0.0.0.0/0:7\n"
	    "Refused since this sandbox began: 9 packets.  In the last "
	    "minutes:\n"
	    "  203.0.113.9:80 is not among what this lab may reach;"
	    " tried 1 time\n"
	    "  203.0.113.9:53 (udp) is not among what this lab may reach;"
	    " tried 2 times\n"
	    "  169.254.169.254:80 is of 169.254.0.0/16 (link-local, where "
	    "clouds"
	    " tell secrets to their machines), which no lab may reach;"
	    " tried 3 times\n"
	    "  192.0.2.1:7 is of this gateway itself, which no lab may reach;"
	    " tried 1 time\n"
	    "  203.0.113.9 (ping) is not among what this lab may reach;"
	    " tried 1 time\n"
	    "  203.0.113.9 (protocol 47) is not among what this lab may reach;"
	    " tried 1 time\n"
	    "More than 64 connections at once (connections): 1 packet was"
	    " dropped.\n"
	    "More than 20 new connections a second (new_per_second): 5 packets"
	    " were dropped.\n"
	    "More than 2M a second to here (rate): 2 packets were dropped.\n");
}

/* As many as there can be, with numbers as large as they can be. */
static void
what_does_not_fit_is_left_out(void **state)
{
	const char *allow[EGRESS_MAX];
	struct egress_options o = { .allow = { EGRESS_MAX, allow },
		.connections = INT64_MAX,
		.new_per_second = INT64_MAX,
		.rate = INT64_MAX };
	struct lab lab = { .egress = &o, .egress_count = 1 };
	struct msg m;

	(void)state;
	for (size_t i = 0; i < EGRESS_MAX; i++)
		allow[i] = "255.255.255.255/32:65535";
	MSG_NEW(&m, REFUSALS, refusals);
	m.refusals.refused = m.refusals.too_many = m.refusals.too_fast =
	    m.refusals.dropped = UINT64_MAX;
	for (int i = 0; i < NUMBERS_MAX; i++)
		note(&m, 0xa9fea9fe, 255, UINT16_MAX, UINT64_MAX);
	assert_true(strlen(told(&lab, &m)) < LINE_SIZE);
	assert_int_equal(text[strlen(text) - 1], '\n');
}

static void
each_name_that_was_asked_for_in_vain_has_its_reason(void **state)
{
	const char *allow[] = { "a.test:443" };
	struct egress_options o = { .allow = { 1, allow } };
	struct lab lab = { .egress = &o, .egress_count = 1 };
	char names[256];
	struct msg m;

	(void)state;
	MSG_NEW(&m, REFUSALS, refusals);
	m.refusals.names = strings_in(names, sizeof(names));
	for (uint32_t i = 0; i < NAME_TROUBLES; i++) {
		assert_true(strings_add(&m.refusals.names, "a.test"));
		m.refusals.troubles.id[m.refusals.troubles.count++] = i;
		m.refusals.name_times.id[m.refusals.name_times.count++] = i;
	}
	assert_non_null(strstr(told(&lab, &m),
	    "This lab may reach: a.test:443\nNothing was refused.\n"
	    "Names asked for in vain, in the last minutes:\n"
	    "  a.test is not among the names that this lab may reach;"
	    " asked 0 times\n"
	    "  a.test does not resolve: there is no such name;"
	    " asked 1 time\n"));
	assert_non_null(
	    strstr(text, "some questions were not answered; asked"));
	/* what a peer may not say is left out */
	m.refusals.troubles.id[0] = NAME_TROUBLES;
	assert_null(strstr(told(&lab, &m), "asked 0 times"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_name_that_was_asked_for_in_vain_has_its_reason),
		cmocka_unit_test(nothing_is_told_as_nothing),
		cmocka_unit_test(each_that_was_refused_has_its_reason),
		cmocka_unit_test(what_does_not_fit_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
