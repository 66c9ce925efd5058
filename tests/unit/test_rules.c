/* test_rules.c - what may pass, in a network namespace of the test's own. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/net/labs.h"
#include "gateway/net/named.h"
#include "gateway/net/nftlist.h"
#include "gateway/net/rules.h"
#include "gateway/net/seats.h"

static int
open_rules(void **state)
{
	static struct net n;
	struct err e;

	if (unshare(CLONE_NEWNET) == -1) {
		print_message("no network namespace: %s\n", strerror(errno));
		*state = NULL;
		return 0;
	}
	if (rules_open(&n, &e) == -1 || rules_begin(&n, &e) == -1)
		fail_msg("%s", e.text);
	*state = &n;
	return 0;
}

static struct net *
net_of(void **state)
{
	if (*state == NULL)
		skip(); /* only root may make one */
	return *state;
}

/* Of a lab that allows that port. */
static struct net_seat *
add(struct net *n, uint32_t number, uint16_t port)
{
	const struct egress allow = { 0xcb007100, 24, port };
	struct msg m;
	struct net_seat *s;
	struct err e;

	MSG_NEW(&m, NET_SEAT, net_seat);
	m.net_seat.number = number;
	m.net_seat.address = 0x0ad50000 + number;
	m.net_seat.rate = 1 << 20;
	m.net_seat.connections = 4;
	m.net_seat.new_per_second = 5;
	m.net_seat.egress.count = 1;
	m.net_seat.egress.at[0] = egress_pack(&allow);
	assert_int_equal(seats_add(n, &m.net_seat, &e), 0);
	s = seats_find(n, number);
	if (rules_add(n, s, &e) == -1)
		fail_msg("%s", e.text);
	return s;
}

static void
end(struct net *n, struct net_seat *s)
{
	struct err e;

	if (rules_remove(n, s, &e) == -1)
		fail_msg("%s", e.text);
	seats_remove(s);
}

static unsigned
count_in(struct net *n, const char *set)
{
	struct nftlisted l;
	unsigned count = 0;
	struct err e;
	const char *at = rules_list(n, set, &e);

	assert_non_null(at);
	while ((at = nftlist_next(at, &l)) != NULL)
		count++;
	return count;
}

static void
sandboxes_of_a_lab_share_its_rules(void **state)
{
	struct net *n = net_of(state);
	struct net_seat *one = add(n, 1, 443), *two = add(n, 2, 443),
			*other = add(n, 3, 80);

	assert_ptr_equal(one->lab, two->lab);
	assert_ptr_not_equal(one->lab, other->lab);
	assert_int_equal(count_in(n, RULES_REFUSED), 3);
	end(n, one);
	assert_int_equal(count_in(n, RULES_REFUSED), 2);
	end(n, two);
	end(n, other);
	assert_int_equal(count_in(n, RULES_REFUSED), 0);
	assert_int_equal(count_in(n, RULES_TOO_FAST), 0);
	assert_int_equal(count_in(n, RULES_TOO_MANY), 0);
}

static void
rules_that_nobody_uses_do_not_grow_without_end(void **state)
{
	struct net *n = net_of(state);
	struct net_seat *stays = add(n, 1, 1);

	for (uint32_t i = 2; i < 3 * LABS_UNUSED_MAX; i++) {
		end(n, add(n, i, (uint16_t)i));
		assert_true(labs_unused(n) <= LABS_UNUSED_MAX + 1);
	}
	/* what is there again has its own again */
	end(n, add(n, 1000, 2));
	assert_int_equal(count_in(n, RULES_REFUSED), 1);
	end(n, stays);
}

static void
what_one_sandbox_was_refused_is_read(void **state)
{
	struct net *n = net_of(state);
	struct net_seat *s = add(n, 1, 7), *other = add(n, 2, 7);
	struct nftlisted l;
	struct err e;
	const char *at = rules_counts(n, s, &e);

	for (int i = 0; i < 3; i++) {
		assert_non_null(at);
		at = nftlist_next(at, &l);
		assert_int_equal(l.number, 1);
		assert_int_equal(l.packets, 0);
	}
	assert_non_null(at);
	assert_null(nftlist_next(at, &l));
	end(n, s);
	end(n, other);
}

static void
all_of_it_is_made_anew(void **state)
{
	struct net *n = net_of(state);
	struct net_seat *s = add(n, 1, 7);
	struct err e;

	for (int i = 0; i < 2; i++) {
		if (rules_begin(n, &e) == -1)
			fail_msg("%s", e.text);
		assert_int_equal(count_in(n, RULES_REFUSED), 1);
	}
	end(n, s);
}

/* --- names -------------------------------------------------------------------- */

/* Of a lab that allows a.test:443, b.test:* and nothing by address. */
static struct net_seat *
add_with_names(struct net *n, uint32_t number)
{
	char names[64];
	struct net_seat *s;
	struct msg m;
	struct err e;

	MSG_NEW(&m, NET_SEAT, net_seat);
	m.net_seat.number = number;
	m.net_seat.address = 0x0ad50000 + number;
	m.net_seat.rate = 1 << 20;
	m.net_seat.connections = 4;
	m.net_seat.new_per_second = 5;
	m.net_seat.names = strings_in(names, sizeof(names));
	assert_true(strings_add(&m.net_seat.names, "a.test:443"));
	assert_true(strings_add(&m.net_seat.names, "b.test:*"));
	assert_int_equal(seats_add(n, &m.net_seat, &e), 0);
	s = seats_find(n, number);
	if (rules_add(n, s, &e) == -1)
		fail_msg("%s", e.text);
	return s;
}

static bool
has_text(struct net *n, const char *set, const char *what)
{
	struct err e;
	const char *text = rules_list(n, set, &e);

	assert_non_null(text);
	return strstr(text, what) != NULL;
}

static bool
has(struct net *n, const struct net_lab *l, const char *set, const char *what)
{
	char name[32];

	snprintf(name, sizeof(name), "%s%u", set, l->number);
	return has_text(n, name, what);
}

static void
what_is_behind_a_name_is_let_through_for_a_time(void **state)
{
	struct net *n = net_of(state);
	struct net_seat *s = add_with_names(n, 1);
	struct net_lab *l = s->lab;
	struct err e;

	assert_int_equal(named_pass(n, l, 0xc6336408, 1, 300, &e),
	    NAMED_PASSED);
	assert_true(has(n, l, "named", "198.51.100.8 . 443 timeout 360s"));
	assert_false(has(n, l, "named_all", "198.51.100.8"));
	/* for a longer time; and for a shorter one, which is there already */
	assert_int_equal(named_pass(n, l, 0xc6336408, 1, 600, &e),
	    NAMED_PASSED);
	assert_true(has(n, l, "named", "198.51.100.8 . 443 timeout 660s"));
	assert_int_equal(named_pass(n, l, 0xc6336408, 3, 1, &e), NAMED_PASSED);
	assert_true(has(n, l, "named", "198.51.100.8 . 443 timeout 660s"));
	assert_true(has(n, l, "named_all", "198.51.100.8 timeout 120s"));
	/* and never for longer than that */
	assert_int_equal(named_pass(n, l, 0xc6336409, 1, UINT32_MAX, &e),
	    NAMED_PASSED);
	assert_true(has(n, l, "named", "198.51.100.9 . 443 timeout 3660s"));
	end(n, s);
}

static void
what_no_lab_reaches_is_not_let_through_by_a_name(void **state)
{
	struct net *n = net_of(state);
	struct net_seat *s = add_with_names(n, 1);
	struct net_lab *l = s->lab;
	struct err e;

	n->own.address[0] = 0xc0000201;
	n->own.count = 1;
	assert_int_equal(named_pass(n, l, 0x0a000001, 1, 60, &e), NAMED_NEVER);
	assert_int_equal(named_pass(n, l, 0xa9fea9fe, 3, 60, &e), NAMED_NEVER);
	assert_int_equal(named_pass(n, l, 0x7f000001, 3, 60, &e), NAMED_NEVER);
	assert_int_equal(named_pass(n, l, 0xc0000201, 3, 60, &e), NAMED_NEVER);
	/* nor by an entry that it has not */
	assert_int_equal(named_pass(n, l, 0xc633640a, 1u << 31, 60, &e),
	    NAMED_NEVER);
	assert_false(has(n, l, "named", "198.51.100.10"));
	n->own.count = 0;
	end(n, s);
}

static void
a_lab_has_room_for_so_many(void **state)
{
	struct net *n = net_of(state);
	struct net_seat *s = add_with_names(n, 1);
	struct net_lab *l = s->lab;
	struct err e;
	uint32_t i = 0;

	while (named_pass(n, l, 0xcb007100 + i, 1, 60, &e) == NAMED_PASSED)
		assert_true(++i <= NAMED_MAX);
	assert_int_equal(named_pass(n, l, 0xcb007200, 1, 60, &e), NAMED_FULL);
	/* what is there stays */
	assert_int_equal(named_pass(n, l, 0xcb007100, 1, 60, &e), NAMED_PASSED);
	/* and what is over makes room */
	l->named[7].until_ms = 0;
	assert_int_equal(named_pass(n, l, 0xcb007200, 1, 60, &e), NAMED_PASSED);
	end(n, s);
}

static void
names_of_labs_that_nobody_uses_go(void **state)
{
	struct net *n = net_of(state);
	struct net_seat *named = add_with_names(n, 1);
	char set[32];
	struct err e;

	assert_true(has_text(n, "asking", "\"s1\" . 10.213.0.1"));
	snprintf(set, sizeof(set), "named%u", named->lab->number);
	end(n, named);
	assert_false(has_text(n, "asking", "\"s1\""));
	for (uint32_t i = 2; i < 2 * LABS_UNUSED_MAX; i++)
		end(n, add(n, i, (uint16_t)(1000 + i)));
	assert_null(rules_list(n, set, &e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sandboxes_of_a_lab_share_its_rules),
		cmocka_unit_test(
		    rules_that_nobody_uses_do_not_grow_without_end),
		cmocka_unit_test(what_one_sandbox_was_refused_is_read),
		cmocka_unit_test(all_of_it_is_made_anew),
		cmocka_unit_test(
		    what_is_behind_a_name_is_let_through_for_a_time),
		cmocka_unit_test(
		    what_no_lab_reaches_is_not_let_through_by_a_name),
		cmocka_unit_test(a_lab_has_room_for_so_many),
		cmocka_unit_test(names_of_labs_that_nobody_uses_go),
	};

	return cmocka_run_group_tests(tests, open_rules, NULL);
}
