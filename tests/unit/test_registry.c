/* test_registry.c - every live connection and every seat. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/monitor/seats/registry.h"

static const struct address somewhere = { .text = "192.0.2.1" };

static int
set_up(void **state)
{
	static struct registry r;

	registry_init(&r);
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
	assert_int_equal(r->conn_count, 0);
	return 0;
}

static void
an_impossible_step_is_refused(void **state)
{
	struct conn *c = conn_add(*state, &somewhere);

	assert_false(conn_step(c, CONN_SEATED)); /* before the login */
	assert_int_equal(c->state, CONN_AUTH);
	assert_true(conn_step(c, CONN_CLOSING));
	assert_false(conn_step(c, CONN_READY));
	assert_int_equal(c->state, CONN_CLOSING);
}

static void
only_seats_with_a_sandbox_occupy_a_place(void **state)
{
	struct registry *r = *state;
	struct seat *s = seat_add(r, "alice", "c101");

	assert_int_equal(r->running, 0);
	assert_true(seat_step(r, s, SEAT_BUILDING));
	assert_int_equal(r->running, 1);
	assert_true(seat_step(r, s, SEAT_ENDING));
	assert_int_equal(r->running, 1);
	assert_true(seat_step(r, s, SEAT_QUEUED));
	assert_int_equal(r->running, 0);
}

static void
places_in_line_follow_the_order_of_asking(void **state)
{
	struct registry *r = *state;
	struct seat *first = seat_add(r, "alice", "c101");
	struct seat *second = seat_add(r, "bob", "c101");

	assert_int_equal(seat_place(r, first), 1);
	assert_int_equal(seat_place(r, second), 2);
	assert_int_equal(seats_waiting(r), 2);
	seat_step(r, first, SEAT_BUILDING);
	assert_int_equal(seat_place(r, second), 1);
	assert_int_equal(seats_waiting(r), 1);
}

static void
a_seat_that_goes_leaves_its_connections(void **state)
{
	struct registry *r = *state;
	struct seat *s = seat_add(r, "alice", "c101");
	struct conn *c = conn_add(r, &somewhere);

	conn_name(c, "alice");
	conn_sit(c, s);
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
		TEST(an_impossible_step_is_refused),
		TEST(only_seats_with_a_sandbox_occupy_a_place),
		TEST(places_in_line_follow_the_order_of_asking),
		TEST(a_seat_that_goes_leaves_its_connections),
		TEST(sandbox_numbers_are_never_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
