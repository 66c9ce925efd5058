/* test_limit.c - how many strangers may be at the door. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "gateway/monitor/limit.h"

static struct address
from(const char *text)
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in *in = (void *)&ss;
	struct sockaddr_in6 *in6 = (void *)&ss;
	struct address a;

	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		ss.ss_family = AF_INET;
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
		ss.ss_family = AF_INET6;
	}
	address_from(&a, &ss);
	return a;
}

static struct conn *
add(struct registry *r, const char *text)
{
	struct address a = from(text);
	struct conn *c = conn_add(r, &a);

	assert_non_null(c);
	return c;
}

static enum limit_verdict
ask(const struct registry *r, int64_t max, const char *text,
    struct conn **victim)
{
	struct address a = from(text);

	return limit_newcomer(r, max, &a, victim);
}

static void
remove_all(struct registry *r)
{
	while (!TAILQ_EMPTY(&r->conns))
		conn_remove(r, TAILQ_FIRST(&r->conns));
}

static void
one_address_may_have_every_place_while_nobody_else_wants_one(void **state)
{
	struct registry r;
	struct conn *victim;

	(void)state;
	registry_init(&r);
	add(&r, "192.0.2.1");
	add(&r, "192.0.2.1");
	assert_int_equal(ask(&r, 3, "192.0.2.1", &victim), LIMIT_ADMIT);
	add(&r, "192.0.2.1");
	assert_int_equal(ask(&r, 3, "192.0.2.1", &victim), LIMIT_REFUSE);
	remove_all(&r);
}

static void
a_newcomer_replaces_the_oldest_of_the_heaviest_address(void **state)
{
	struct registry r;
	struct conn *victim, *oldest;

	(void)state;
	registry_init(&r);
	add(&r, "192.0.2.9");
	oldest = add(&r, "192.0.2.1");
	add(&r, "192.0.2.1");
	add(&r, "192.0.2.1");
	assert_int_equal(ask(&r, 4, "192.0.2.2", &victim), LIMIT_REPLACE);
	assert_ptr_equal(victim, oldest);
	remove_all(&r);
}

static void
fair_shares_are_not_taken_away(void **state)
{
	struct registry r;
	struct conn *victim;

	(void)state;
	registry_init(&r);
	add(&r, "192.0.2.1");
	add(&r, "192.0.2.2");
	assert_int_equal(ask(&r, 2, "192.0.2.3", &victim), LIMIT_REFUSE);
	remove_all(&r);
}

static void
who_logged_in_does_not_count(void **state)
{
	struct registry r;
	struct conn *victim;

	(void)state;
	registry_init(&r);
	assert_true(conn_step(add(&r, "192.0.2.1"), CONN_READY));
	assert_int_equal(limit_unauthenticated(&r), 0);
	assert_int_equal(ask(&r, 1, "192.0.2.1", &victim), LIMIT_ADMIT);
	remove_all(&r);
}

static void
a_slash_64_is_one_stranger(void **state)
{
	struct address a = from("2001:db8::1"), b = from("2001:db8::2:2");
	struct address c = from("2001:db8:0:1::1");
	struct address mapped = from("::ffff:192.0.2.1");
	struct address v4 = from("192.0.2.1");

	(void)state;
	assert_true(address_is_same_who(&a, &b));
	assert_false(address_is_same_who(&a, &c));
	assert_true(address_is_same_who(&mapped, &v4));
	assert_string_equal(mapped.text, "192.0.2.1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    one_address_may_have_every_place_while_nobody_else_wants_one),
		cmocka_unit_test(
		    a_newcomer_replaces_the_oldest_of_the_heaviest_address),
		cmocka_unit_test(fair_shares_are_not_taken_away),
		cmocka_unit_test(who_logged_in_does_not_count),
		cmocka_unit_test(a_slash_64_is_one_stranger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
