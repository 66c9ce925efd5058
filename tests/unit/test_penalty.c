/* test_penalty.c - addresses that guess passwords. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "gateway/monitor/admission/penalty.h"
#include "tests/unit/addresses.h"

#define MINUTE 60000

static const struct penalty_rules rules = { .seconds = 60, .failures = 20 };

static int
set_up(void **state)
{
	static struct penalties p;

	assert_int_equal(penalties_init(&p), 0);
	*state = &p;
	return 0;
}

static int
tear_down(void **state)
{
	penalties_free(*state);
	return 0;
}

static unsigned
fail_from(struct penalties *p, const struct address *a, const char *account,
    uint64_t now_ms)
{
	const struct failure f = { .address = a,
		.account = account,
		.now_ms = now_ms };

	return penalty_failed(p, &rules, &f);
}

/* How many wrong passwords it takes at that moment. */
static unsigned
tries_until_penalised(struct penalties *p, const struct address *a,
    const char *format, uint64_t now_ms)
{
	unsigned tries = 0;

	while (penalty_left(p, a, now_ms) == 0) {
		char name[32];

		snprintf(name, sizeof(name), format, tries);
		fail_from(p, a, name, now_ms);
		assert_true(++tries < 1000);
	}
	return tries;
}

static void
new_names_weigh_more_than_typing_errors(void **state)
{
	struct address guesser = from("192.0.2.1");
	struct address typist = from("192.0.2.2");

	assert_int_equal(tries_until_penalised(*state, &guesser, "name%u", 0),
	    7);
	assert_int_equal(tries_until_penalised(*state, &typist, "alice", 0),
	    19);
}

static void
a_name_that_is_mistyped_again_and_again_counts_once(void **state)
{
	struct address a = from("192.0.2.1");

	assert_int_equal(fail_from(*state, &a, "alcie", 0), 3);
	assert_int_equal(fail_from(*state, &a, "alcie", 0), 1);
	assert_int_equal(fail_from(*state, &a, "bbo", 0), 3);
	assert_int_equal(fail_from(*state, &a, "alcie", 0), 1);
}

static void
a_penalty_ends_and_comes_back_sooner(void **state)
{
	struct address a = from("192.0.2.1");

	assert_int_equal(tries_until_penalised(*state, &a, "n", 0), 19);
	assert_int_equal(penalty_left(*state, &a, 0), 60);
	assert_int_equal(penalty_left(*state, &a, 59001), 1);
	assert_int_equal(penalty_left(*state, &a, MINUTE), 0);
	/* Half of 20 less what faded in a minute of ten: 8 remain. */
	assert_int_equal(tries_until_penalised(*state, &a, "n", MINUTE), 13);
}

static void
failures_fade_in_ten_minutes(void **state)
{
	struct address a = from("192.0.2.1");

	for (int i = 0; i < 18; i++)
		fail_from(*state, &a, "alice", 0);
	assert_int_equal(penalty_left(*state, &a, 0), 0);
	assert_int_equal(
	    tries_until_penalised(*state, &a, "alice", 10 * MINUTE), 21);
}

static void
a_classroom_may_mistype_more(void **state)
{
	struct address a = from("192.0.2.1");

	assert_false(penalty_is_known(*state, &a, 0));
	penalty_logged_in(*state, &a, 0, 0);
	assert_true(penalty_is_known(*state, &a, 0));
	assert_int_equal(tries_until_penalised(*state, &a, "alice", 0), 79);
}

static void
a_login_of_yesterday_is_forgotten(void **state)
{
	struct address a = from("192.0.2.1");

	penalty_logged_in(*state, &a, 0, 0);
	assert_false(penalty_is_known(*state, &a, 24 * 60 * MINUTE));
}

static void
a_login_takes_back_its_own_failures_only(void **state)
{
	struct address a = from("192.0.2.1");
	unsigned own = 0;

	for (int i = 0; i < 8; i++)
		fail_from(*state, &a, "bob", 0);
	for (int i = 0; i < 8; i++)
		own += fail_from(*state, &a, "alice", 0);
	penalty_logged_in(*state, &a, own, 0);
	/* 80 are allowed now, 10 are used up. */
	assert_int_equal(tries_until_penalised(*state, &a, "bob", 0), 71);
}

static void
without_a_penalty_nothing_is_counted(void **state)
{
	const struct penalty_rules none = { .seconds = 0, .failures = 5 };
	struct address a = from("192.0.2.1");
	const struct failure f = { .address = &a, .account = "x" };

	for (int i = 0; i < 1000; i++)
		penalty_failed(*state, &none, &f);
	assert_int_equal(penalty_left(*state, &a, 0), 0);
}

static void
memory_is_bounded_and_the_oldest_is_forgotten(void **state)
{
	struct penalties *p = *state;
	struct address first = from("10.0.0.0"), last = from("10.3.231.255");

	for (unsigned i = 0; i < 256 * 1000; i++) {
		char text[32];
		struct address a;

		snprintf(text, sizeof(text), "10.%u.%u.%u", i >> 16,
		    i >> 8 & 255, i & 255);
		a = from(text);
		fail_from(p, &a, "alice", 0);
		penalty_logged_in(p, &a, 0, 0);
	}
	assert_int_equal(p->failures.count, 8192);
	assert_int_equal(p->logins.count, 8192);
	assert_false(penalty_is_known(p, &first, 0));
	assert_true(penalty_is_known(p, &last, 0));
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

static void
take_in(void *self, const struct msg *row)
{
	assert_int_equal(penalty_restore(self, &row->state_penalty), 0);
}

static void
the_next_build_knows_what_this_one_knew(void **state)
{
	struct penalties *p = *state, next;
	struct address bad = from("192.0.2.1"), good = from("2001:db8::1");
	struct address other = from("192.0.2.2");

	for (unsigned i = 0; i < 2 * rules.failures; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%u", i);
		fail_from(p, &bad, name, MINUTE);
	}
	fail_from(p, &other, "alice", MINUTE);
	penalty_logged_in(p, &good, 0, MINUTE);
	assert_int_equal(penalties_init(&next), 0);
	penalties_save(p, take_in, &next);
	assert_int_equal(penalty_left(&next, &bad, MINUTE),
	    penalty_left(p, &bad, MINUTE));
	assert_true(penalty_left(&next, &bad, MINUTE) > 0);
	assert_true(penalty_is_known(&next, &good, MINUTE));
	assert_false(penalty_is_known(&next, &bad, MINUTE));
	/* A name that was tried before. */
	assert_int_equal(fail_from(&next, &other, "alice", MINUTE), 1);
	assert_int_equal(fail_from(&next, &other, "bob", MINUTE), 3);
	penalties_free(&next);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(new_names_weigh_more_than_typing_errors),
		TEST(a_name_that_is_mistyped_again_and_again_counts_once),
		TEST(a_penalty_ends_and_comes_back_sooner),
		TEST(failures_fade_in_ten_minutes),
		TEST(a_classroom_may_mistype_more),
		TEST(a_login_of_yesterday_is_forgotten),
		TEST(a_login_takes_back_its_own_failures_only),
		TEST(without_a_penalty_nothing_is_counted),
		TEST(memory_is_bounded_and_the_oldest_is_forgotten),
		TEST(the_next_build_knows_what_this_one_knew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
