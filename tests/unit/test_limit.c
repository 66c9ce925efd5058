/* test_limit.c - how many connections may be that have not logged in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <time.h>

#include "gateway/monitor/admission/limit.h"
#include "tests/unit/addresses.h"

#define LATER	   5000 /* ms: nobody honest is silent for so long */
#define MUCH_LATER 60000

static struct preauth_conn people[4000];
static size_t people_count;

static int
set_up(void **state)
{
	static struct preauth l;

	assert_int_equal(limit_init(&l), 0);
	people_count = 0;
	*state = &l;
	return 0;
}

static int
tear_down(void **state)
{
	struct preauth *l = *state;

	for (size_t i = 0; i < people_count; i++)
		limit_leave(l, &people[i]);
	assert_int_equal(l->count, 0);
	assert_int_equal(l->heap_count, 0);
	limit_free(l);
	return 0;
}

static struct preauth_conn *
add(struct preauth *l, const char *text, uint64_t now_ms)
{
	struct address a = from(text);
	struct newcomer n = { .address = &a, .now_ms = now_ms };
	struct preauth_conn *s = &people[people_count++];

	*s = (struct preauth_conn){ 0 };
	assert_int_equal(limit_admit(l, s, &n), 0);
	return s;
}

static enum limit_verdict
ask(const struct preauth *l, int64_t max, const char *text, uint64_t now_ms,
    struct preauth_conn **victim)
{
	struct address a = from(text);
	struct newcomer n = { .address = &a, .now_ms = now_ms };

	return limit_newcomer(l, max, &n, victim);
}

static void
one_address_may_have_every_place_while_nobody_else_wants_one(void **state)
{
	struct preauth_conn *victim;

	add(*state, "192.0.2.1", 0);
	add(*state, "192.0.2.1", 0);
	assert_int_equal(ask(*state, 3, "192.0.2.1", 0, &victim), LIMIT_ADMIT);
	add(*state, "192.0.2.1", 0);
	assert_int_equal(ask(*state, 3, "192.0.2.1", 0, &victim), LIMIT_REFUSE);
}

static void
a_newcomer_replaces_the_oldest_of_the_heaviest_address(void **state)
{
	struct preauth_conn *victim, *oldest;

	add(*state, "192.0.2.9", 0);
	oldest = add(*state, "192.0.2.1", 0);
	add(*state, "192.0.2.1", 0);
	add(*state, "192.0.2.1", 0);
	assert_int_equal(ask(*state, 4, "192.0.2.2", 0, &victim),
	    LIMIT_REPLACE);
	assert_ptr_equal(victim, oldest);
}

static void
who_speaks_ssh_stays_longer_than_who_is_silent(void **state)
{
	struct preauth_conn *victim, *speaks, *silent;

	speaks = add(*state, "192.0.2.1", 0);
	silent = add(*state, "192.0.2.1", 0);
	add(*state, "192.0.2.1", 0);
	limit_rank(*state, speaks, RANK_SPOKE, 0);
	assert_int_equal(ask(*state, 3, "192.0.2.2", 0, &victim),
	    LIMIT_REPLACE);
	assert_ptr_equal(victim, silent);
}

static void
who_waits_for_our_answer_is_never_sent_away(void **state)
{
	struct preauth_conn *victim, *a, *b;

	a = add(*state, "192.0.2.1", 0);
	b = add(*state, "192.0.2.1", 0);
	limit_rank(*state, a, RANK_BUSY, 0);
	limit_rank(*state, b, RANK_BUSY, 0);
	assert_int_equal(ask(*state, 2, "192.0.2.2", MUCH_LATER, &victim),
	    LIMIT_REFUSE);
	assert_null(victim);
}

static void
fair_shares_are_taken_away_from_the_idle_only(void **state)
{
	struct preauth_conn *victim, *idle;

	idle = add(*state, "192.0.2.1", 0);
	add(*state, "192.0.2.2", 1);
	assert_int_equal(ask(*state, 2, "192.0.2.3", 1, &victim), LIMIT_REFUSE);
	assert_int_equal(ask(*state, 2, "192.0.2.3", LATER, &victim),
	    LIMIT_REPLACE);
	assert_ptr_equal(victim, idle);
}

static void
a_flood_from_the_own_address_gives_way_when_it_is_idle(void **state)
{
	struct preauth_conn *victim, *first, *other;

	other = add(*state, "192.0.2.9", 0);
	first = add(*state, "192.0.2.1", 0);
	add(*state, "192.0.2.1", 0);
	assert_int_equal(ask(*state, 3, "192.0.2.1", 1, &victim), LIMIT_REFUSE);
	assert_int_equal(ask(*state, 3, "192.0.2.1", LATER, &victim),
	    LIMIT_REPLACE);
	assert_ptr_equal(victim, first);
	assert_ptr_not_equal(victim, other);
}

static void
a_known_address_need_not_wait_among_ever_so_many(void **state)
{
	struct address known = from("192.0.2.1");
	struct newcomer n = { .address = &known, .known = true };
	struct preauth_conn *victim, *first;

	first = add(*state, "198.51.100.1", 0);
	add(*state, "198.51.100.2", 0);
	assert_int_equal(ask(*state, 2, "192.0.2.1", 0, &victim), LIMIT_REFUSE);
	assert_int_equal(limit_newcomer(*state, 2, &n, &victim), LIMIT_REPLACE);
	assert_ptr_equal(victim, first);
}

static void
known_addresses_do_not_chase_one_another_away(void **state)
{
	struct address a = from("192.0.2.1"), b = from("192.0.2.2");
	struct newcomer first = { .address = &a, .known = true };
	struct newcomer second = { .address = &b, .known = true };
	struct preauth_conn *victim;

	people[0] = (struct preauth_conn){ 0 };
	people_count = 1;
	assert_int_equal(limit_admit(*state, &people[0], &first), 0);
	assert_int_equal(limit_newcomer(*state, 1, &second, &victim),
	    LIMIT_REFUSE);
}

static void
who_left_does_not_count(void **state)
{
	struct preauth *l = *state;
	struct preauth_conn *s = add(l, "192.0.2.1", 0);
	struct preauth_conn *victim;

	limit_leave(l, s);
	limit_leave(l, s); /* logged in, then left */
	assert_int_equal(l->count, 0);
	assert_int_equal(ask(l, 1, "192.0.2.1", 0, &victim), LIMIT_ADMIT);
}

/* The heap against a plain count, over many comings and goings. */
static void
the_heaviest_address_is_always_first(void **state)
{
	struct preauth *l = *state;
	struct preauth_conn *of[200] = { 0 };
	unsigned held[256] = { 0 };
	unsigned random = 1;

	for (int i = 0; i < 3000; i++) {
		unsigned place = (random = random * 1103515245 + 12345) >> 16;
		unsigned host = 1 + (place >> 8 & 7);
		unsigned most = 0;
		char text[32];

		place %= 200;
		if (of[place] != NULL) {
			held[of[place]->origin != NULL
				 ? ((struct whonode *)of[place]->origin)->who[3]
				 : 0]--;
			limit_leave(l, of[place]);
			of[place] = NULL;
		} else {
			snprintf(text, sizeof(text), "192.0.2.%u", host);
			of[place] = add(l, text, 0);
			held[host]++;
		}
		for (int k = 0; k < 256; k++)
			most = held[k] > most ? held[k] : most;
		if (most > 0) {
			struct preauth_conn *victim;

			assert_int_equal(ask(l, 1, "192.0.2.99", 0, &victim),
			    most > 1 ? LIMIT_REPLACE : LIMIT_REFUSE);
			if (most > 1)
				assert_int_equal(
				    held[((struct whonode *)victim->origin)
					     ->who[3]],
				    most);
		}
	}
}

/* At the limit each newcomer costs the same, however many there are: with a
 * walk over all pairs this took minutes. */
static void
a_full_house_costs_a_newcomer_little(void **state)
{
	struct preauth *l = *state;
	struct preauth_conn *victim;
	struct timespec from_ts, to_ts;
	double seconds;

	for (unsigned i = 0; i < 4000; i++) {
		char text[32];

		snprintf(text, sizeof(text), "10.0.%u.%u", i / 250, i % 250);
		add(l, text, 0);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from_ts);
	for (int i = 0; i < 100000; i++)
		ask(l, 4000, "192.0.2.1", 0, &victim);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to_ts);
	seconds = (double)(to_ts.tv_sec - from_ts.tv_sec) +
		  (double)(to_ts.tv_nsec - from_ts.tv_nsec) / 1e9;
	print_message("100000 questions: %.3f s\n", seconds);
	assert_true(seconds < 1);
}

static void
a_slash_64_is_one_address(void **state)
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
	assert_memory_equal(mapped.ip, v4.ip, sizeof(v4.ip));
}

static void
those_of_the_build_before_stand_where_they_stood(void **state)
{
	struct preauth *l = *state;
	struct address a = from("192.0.2.1"), b = from("192.0.2.2");
	const uint64_t since[] = { 30, 10, 20 };
	struct preauth_conn *victim;

	for (unsigned i = 0; i < 3; i++) {
		struct preauth_conn *s = &people[people_count++];

		*s = (struct preauth_conn){ 0 };
		assert_int_equal(
		    limit_restore(l, s, i == 2 ? &b : &a, RANK_SPOKE, since[i]),
		    0);
	}
	assert_int_equal(l->count, 3);
	/* The longest idle goes first, whichever was restored first. */
	assert_int_equal(ask(l, 3, "192.0.2.3", MUCH_LATER, &victim),
	    LIMIT_REPLACE);
	assert_ptr_equal(victim, &people[1]);
	limit_leave(l, victim);
	assert_int_equal(ask(l, 2, "192.0.2.3", MUCH_LATER, &victim),
	    LIMIT_REPLACE);
	assert_ptr_equal(victim, &people[2]);
}

static void
an_address_is_read_as_it_was_written(void **state)
{
	const char *const texts[] = { "192.0.2.1", "2001:db8::1" };
	struct address a;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct address b = from(texts[i]);

		assert_int_equal(address_parse(&a, texts[i], b.port), 0);
		assert_memory_equal(a.ip, b.ip, sizeof(a.ip));
		assert_true(address_is_same_who(&a, &b));
		assert_int_equal(a.port, b.port);
	}
	assert_int_equal(address_parse(&a, "unknown", 1), -1);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    one_address_may_have_every_place_while_nobody_else_wants_one),
		TEST(a_newcomer_replaces_the_oldest_of_the_heaviest_address),
		TEST(who_speaks_ssh_stays_longer_than_who_is_silent),
		TEST(who_waits_for_our_answer_is_never_sent_away),
		TEST(fair_shares_are_taken_away_from_the_idle_only),
		TEST(a_flood_from_the_own_address_gives_way_when_it_is_idle),
		TEST(a_known_address_need_not_wait_among_ever_so_many),
		TEST(known_addresses_do_not_chase_one_another_away),
		TEST(who_left_does_not_count),
		TEST(the_heaviest_address_is_always_first),
		TEST(a_full_house_costs_a_newcomer_little),
		TEST(those_of_the_build_before_stand_where_they_stood),
		cmocka_unit_test(an_address_is_read_as_it_was_written),
		cmocka_unit_test(a_slash_64_is_one_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
