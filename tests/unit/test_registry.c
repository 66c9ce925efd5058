/* test_registry.c - every live connection and every seat. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "gateway/monitor/seats/registry.h"

static const struct address somewhere = { .text = "192.0.2.1" };

static struct conn *ended_conn; /* the last one that the registry ended */
static struct seat *ended_seat;

/* As answer_goodbye() does it. */
static void
end_conn(struct conn *c)
{
	ended_conn = c;
	if (c->state != CONN_CLOSING)
		conn_step(c, CONN_CLOSING);
}

static void
end_seat(struct seat *s)
{
	ended_seat = s;
}

static int
set_up(void **state)
{
	static const struct registry_ends ends = { end_conn, end_seat };
	static struct registry r;

	registry_init(&r, &ends);
	*state = &r;
	return 0;
}

static int
tear_down(void **state)
{
	struct registry *r = *state;

	while (!TAILQ_EMPTY(&r->conns))
		conn_remove(r, TAILQ_FIRST(&r->conns));
	while (!TAILQ_EMPTY(&r->seats))
		seat_remove(r, TAILQ_FIRST(&r->seats));
	assert_int_equal(r->running, 0);
	assert_int_equal(r->waiting, 0);
	assert_int_equal(r->conn_count, 0);
	assert_true(TAILQ_EMPTY(&r->queue));
	assert_true(LIST_EMPTY(&r->labs));
	for (size_t i = 0; i < REGISTRY_BUCKETS; i++) {
		assert_true(LIST_EMPTY(&r->index.conn[i]));
		assert_true(LIST_EMPTY(&r->index.conn_account[i]));
		assert_true(LIST_EMPTY(&r->index.sandbox[i]));
		assert_true(LIST_EMPTY(&r->index.seat_account[i]));
	}
	return 0;
}

/* Column by row: may it follow? */
static const bool conn_table[CONN_STATES][CONN_STATES] = {
	[CONN_AUTH] = { [CONN_CHECKING] = true,
	    [CONN_READY] = true,
	    [CONN_CLOSING] = true },
	[CONN_CHECKING] = { [CONN_AUTH] = true,
	    [CONN_READY] = true,
	    [CONN_CLOSING] = true },
	[CONN_READY] = { [CONN_WAITING] = true,
	    [CONN_SEATED] = true,
	    [CONN_CLOSING] = true },
	[CONN_WAITING] = { [CONN_READY] = true,
	    [CONN_SEATED] = true,
	    [CONN_CLOSING] = true },
	[CONN_SEATED] = { [CONN_READY] = true,
	    [CONN_WAITING] = true,
	    [CONN_CLOSING] = true },
};

static const bool seat_table[SEAT_STATES][SEAT_STATES] = {
	[SEAT_QUEUED] = { [SEAT_BUILDING] = true },
	[SEAT_BUILDING] = { [SEAT_LIVE] = true, [SEAT_ENDING] = true },
	[SEAT_LIVE] = { [SEAT_LINGERING] = true, [SEAT_ENDING] = true },
	[SEAT_LINGERING] = { [SEAT_LIVE] = true, [SEAT_ENDING] = true },
	[SEAT_ENDING] = { [SEAT_QUEUED] = true },
};

static void
try_conn_step(struct registry *r, enum conn_state from, enum conn_state to)
{
	struct conn *c = conn_add(r, &somewhere);

	ended_conn = NULL;
	c->state = from;
	conn_step(c, to);
	if (conn_table[from][to]) {
		assert_int_equal(c->state, to);
		assert_null(ended_conn);
	} else {
		assert_int_equal(c->state, CONN_CLOSING);
		assert_ptr_equal(ended_conn, c);
	}
	conn_remove(r, c);
}

static void
a_connection_has_these_steps_and_any_other_ends_it(void **state)
{
	for (unsigned from = 0; from < CONN_STATES; from++) {
		for (unsigned to = 0; to < CONN_STATES; to++)
			try_conn_step(*state, from, to);
	}
}

/* Through every state on the way there. */
static void
go_to(struct registry *r, struct seat *s, enum seat_state at)
{
	static const enum seat_state before[SEAT_STATES] = {
		[SEAT_BUILDING] = SEAT_QUEUED,
		[SEAT_LIVE] = SEAT_BUILDING,
		[SEAT_LINGERING] = SEAT_LIVE,
		[SEAT_ENDING] = SEAT_LINGERING,
	};

	if (s->state == at)
		return;
	go_to(r, s, before[at]);
	seat_step(r, s, at);
}

static void
try_seat_step(struct registry *r, enum seat_state from, enum seat_state to)
{
	struct seat *s = seat_add(r, "alice", "c101");

	go_to(r, s, from);
	ended_seat = NULL;
	seat_step(r, s, to);
	if (seat_table[from][to]) {
		assert_int_equal(s->state, to);
		assert_null(ended_seat);
	} else {
		assert_int_equal(s->state, from);
		assert_ptr_equal(ended_seat, s);
	}
	assert_int_equal(r->running, s->state != SEAT_QUEUED);
	assert_int_equal(r->waiting, s->state == SEAT_QUEUED);
	seat_remove(r, s);
}

static void
a_seat_has_these_steps_and_any_other_ends_it(void **state)
{
	for (unsigned from = 0; from < SEAT_STATES; from++) {
		for (unsigned to = 0; to < SEAT_STATES; to++)
			try_seat_step(*state, from, to);
	}
}

static void
only_seats_with_a_sandbox_occupy_a_place(void **state)
{
	struct registry *r = *state;
	struct seat *s = seat_add(r, "alice", "c101");

	assert_int_equal(r->running, 0);
	seat_step(r, s, SEAT_BUILDING);
	assert_int_equal(r->running, 1);
	seat_step(r, s, SEAT_ENDING);
	assert_int_equal(r->running, 1);
	seat_step(r, s, SEAT_QUEUED);
	assert_int_equal(r->running, 0);
}

static void
the_line_follows_the_order_of_asking(void **state)
{
	struct registry *r = *state;
	struct seat *first = seat_add(r, "alice", "c101");
	struct seat *second = seat_add(r, "bob", "c101");

	assert_int_equal(r->waiting, 2);
	assert_ptr_equal(TAILQ_FIRST(&r->queue), first);
	assert_ptr_equal(TAILQ_NEXT(first, queued), second);
	seat_step(r, first, SEAT_BUILDING);
	assert_int_equal(r->waiting, 1);
	assert_ptr_equal(TAILQ_FIRST(&r->queue), second);
	assert_null(TAILQ_NEXT(second, queued));
}

static void
the_places_of_each_lab_are_counted(void **state)
{
	struct registry *r = *state;
	struct seat *s = seat_add(r, "alice", "c101");
	struct seat *other = seat_add(r, "alice", "c102");

	seat_add(r, "bob", "c101");
	assert_int_equal(lab_seats_find(&r->labs, "c101")->count, 2);
	assert_int_equal(lab_seats_find(&r->labs, "c101")->running, 0);
	seat_step(r, s, SEAT_BUILDING);
	seat_step(r, s, SEAT_LIVE);
	assert_int_equal(lab_seats_find(&r->labs, "c101")->running, 1);
	assert_int_equal(lab_seats_find(&r->labs, "c102")->running, 0);
	seat_remove(r, s);
	assert_int_equal(lab_seats_find(&r->labs, "c101")->count, 1);
	assert_int_equal(lab_seats_find(&r->labs, "c101")->running, 0);
	seat_remove(r, other);
	assert_null(lab_seats_find(&r->labs, "c102"));
}

/* More than there are buckets, so that some share one. */
#define MANY (REGISTRY_BUCKETS + 100)

static void
name_of(unsigned i, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "u%u", i);
}

static void
each_of_many_is_found(void **state)
{
	static struct conn *conns[MANY];
	static struct seat *seats[MANY];
	struct registry *r = *state;
	char name[NAME_SIZE];

	for (unsigned i = 0; i < MANY; i++) {
		name_of(i, name);
		conns[i] = conn_add(r, &somewhere);
		conn_name(conns[i], name);
		seats[i] = seat_add(r, name, "c101");
	}
	for (unsigned i = 0; i < MANY; i += 2) {
		conn_remove(r, conns[i]);
		seat_remove(r, seats[i]);
	}
	for (unsigned i = 0; i < MANY; i++) {
		bool is_there = i % 2 == 1;

		name_of(i, name);
		assert_ptr_equal(conn_by_id(r, i + 1),
		    is_there ? conns[i] : NULL);
		assert_int_equal(conns_of_account(r, name), is_there);
		assert_ptr_equal(seat_find(r, name, "c101"),
		    is_there ? seats[i] : NULL);
		assert_ptr_equal(seat_by_sandbox(r, i + 1),
		    is_there ? seats[i] : NULL);
	}
}

/* A takeover says again whose it is. */
static void
a_connection_is_one_accounts(void **state)
{
	struct registry *r = *state;
	struct conn *c = conn_add(r, &somewhere);

	assert_int_equal(conns_of_account(r, ""), 0);
	conn_name(c, "alice");
	conn_name(c, "alice");
	assert_int_equal(conns_of_account(r, "alice"), 1);
	conn_name(c, "bob");
	assert_int_equal(conns_of_account(r, "alice"), 0);
	assert_int_equal(conns_of_account(r, "bob"), 1);
}

static void
a_seat_that_goes_leaves_its_connections(void **state)
{
	struct registry *r = *state;
	struct seat *s = seat_add(r, "alice", "c101");
	struct conn *c = conn_add(r, &somewhere);

	conn_name(c, "alice");
	conn_attach(c, s);
	assert_ptr_equal(seat_find(r, "alice", "c101"), s);
	assert_null(seat_find(r, "alice", "c102"));
	assert_int_equal(conns_of_account(r, "alice"), 1);
	seat_remove(r, s);
	assert_null(c->seat);
	assert_null(seat_find(r, "alice", "c101"));
}

static void
sandbox_numbers_are_never_used_again(void **state)
{
	struct registry *r = *state;
	struct seat *s = seat_add(r, "alice", "c101");
	uint32_t number = s->sandbox;

	assert_ptr_equal(seat_by_sandbox(r, number), s);
	seat_remove(r, s);
	assert_null(seat_by_sandbox(r, number));
	assert_int_not_equal(seat_add(r, "alice", "c101")->sandbox, number);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_connection_has_these_steps_and_any_other_ends_it),
		TEST(a_seat_has_these_steps_and_any_other_ends_it),
		TEST(only_seats_with_a_sandbox_occupy_a_place),
		TEST(the_line_follows_the_order_of_asking),
		TEST(the_places_of_each_lab_are_counted),
		TEST(each_of_many_is_found),
		TEST(a_connection_is_one_accounts),
		TEST(a_seat_that_goes_leaves_its_connections),
		TEST(sandbox_numbers_are_never_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
