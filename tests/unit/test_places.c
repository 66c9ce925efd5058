/* test_places.c - the places for sandboxes, and what is told of them. */
#include "tests/unit/played_monitor.h"

#include <time.h>

#include "gateway/monitor/seats/places.h"

static void
a_lab_without_a_number_of_its_own_is_never_full(void **state)
{
	struct played *p = *state;

	played_seat(p, "alice", "c101", SEAT_LIVE);
	assert_false(places_lab_is_full(&p->m.registry, &p->lab));
}

/* One that is ending still has its memory; one that waits has none yet. */
static void
what_a_lab_has_built_has_its_places(void **state)
{
	static const bool counts[SEAT_STATES] = { [SEAT_BUILDING] = true,
		[SEAT_LIVE] = true,
		[SEAT_LINGERING] = true,
		[SEAT_ENDING] = true };
	struct played *p = *state;
	struct seat *s = played_seat(p, "alice", "c101", SEAT_QUEUED);

	played_seat(p, "bob", "other", SEAT_LIVE);
	p->lab.sandboxes_max = 1;
	for (unsigned at = 0; at < SEAT_STATES; at++) {
		if (s->state != (enum seat_state)at)
			seat_step(&p->m.registry, s, (enum seat_state)at);
		assert_int_equal(places_lab_is_full(&p->m.registry, &p->lab),
		    counts[at]);
	}
}

static void
a_place_is_free_on_the_site_and_in_the_lab(void **state)
{
	struct played *p = *state;

	assert_true(places_are_free(&p->m, &p->lab));
	played_seat(p, "alice", "c101", SEAT_LIVE);
	assert_true(places_are_free(&p->m, &p->lab));
	p->lab.sandboxes_max = 1;
	assert_false(places_are_free(&p->m, &p->lab));
	p->lab.sandboxes_max = 0;
	played_seat(p, "bob", "other", SEAT_ENDING);
	assert_false(places_are_free(&p->m, &p->lab));
}

static void
expect_wait(const struct played *p, unsigned session, unsigned place,
    const char *reason)
{
	struct msg m;

	assert_true(played_hears(p, session, &m));
	assert_int_equal(m.type, MSG_SEAT_WAIT);
	assert_int_equal(m.seat_wait.place, place);
	assert_string_equal(m.seat_wait.reason, reason);
}

static void
a_place_in_line_is_told_when_it_changes(void **state)
{
	struct played *p = *state;
	struct seat *first = played_seat(p, "ann", "c101", SEAT_QUEUED);
	struct seat *s = played_seat(p, "alice", "c101", SEAT_QUEUED);
	unsigned in;
	struct conn *c = played_conn(p, s, CONN_WAITING, &in);

	/* Nothing while places are free: it waits for another build. */
	played_seat(p, "bob", "other", SEAT_LIVE);
	places_tell(&p->m);
	expect_notice(p, in, NULL);
	played_seat(p, "eve", "other", SEAT_LIVE);
	places_tell(&p->m);
	expect_wait(p, in, 2, "all 2 places are taken");
	places_tell(&p->m);
	expect_notice(p, in, NULL);
	seat_remove(&p->m.registry, first);
	places_tell(&p->m);
	expect_wait(p, in, 1, "all 2 places are taken");
	c->state = CONN_CLOSING;
	c->place_told = 0;
	places_tell(&p->m);
	expect_notice(p, in, NULL);
}

/* Those who wait for another lab do not stand before it. */
static void
where_the_lab_is_full_its_own_line_is_told(void **state)
{
	struct played *p = *state;
	struct seat *s;
	unsigned in;

	p->lab.sandboxes_max = 1;
	played_seat(p, "ann", "c101", SEAT_LIVE);
	played_seat(p, "bob", "other", SEAT_QUEUED);
	played_seat(p, "eve", "c101", SEAT_QUEUED);
	s = played_seat(p, "alice", "c101", SEAT_QUEUED);
	played_conn(p, s, CONN_WAITING, &in);
	places_tell(&p->m);
	expect_wait(p, in, 2, "all 1 places of lab c101 are taken");
}

static void
a_setup_that_takes_long_is_told_once(void **state)
{
	struct played *p = *state;
	struct seat *s = played_seat(p, "alice", "c101", SEAT_BUILDING);
	unsigned in;

	played_conn(p, s, CONN_WAITING, &in);
	s->since = (uint64_t)time(NULL) - 10;
	places_tell_preparing(s);
	expect_notice(p, in, NULL); /* there is no setup */
	p->lab.setup = "/srv/setup";
	p->lab.setup_time = 60;
	places_tell_preparing(s);
	expect_notice(p, in,
	    "your sandbox is being prepared, which may take up to 1 minute");
	places_tell_preparing(s);
	expect_notice(p, in, NULL);
}

static void
a_setup_that_has_just_begun_is_not_told(void **state)
{
	struct played *p = *state;
	struct seat *s = played_seat(p, "alice", "c101", SEAT_BUILDING);
	unsigned in;

	played_conn(p, s, CONN_WAITING, &in);
	p->lab.setup = "/srv/setup";
	s->since = (uint64_t)time(NULL);
	places_tell_preparing(s);
	expect_notice(p, in, NULL);
}

/* Both on the site, which has two, and in the lab. */
static void
a_seat_of_several_machines_needs_as_many_places(void **state)
{
	struct machine machines[] = { { .name = "a" }, { .name = "b" },
		{ .name = "c" } };
	struct played *p = *state;
	struct seat *s;

	p->lab.machines = machines;
	p->lab.machine_count = 2;
	assert_true(places_are_free(&p->m, &p->lab));
	p->lab.sandboxes_max = 1;
	assert_true(places_lab_is_full(&p->m.registry, &p->lab));
	p->lab.sandboxes_max = 0;
	p->lab.machine_count = 3;
	assert_false(places_are_free(&p->m, &p->lab));
	p->lab.machine_count = 2;
	s = played_seat(p, "alice", "c101", SEAT_QUEUED);
	seat_set_places(&p->m.registry, s, 2);
	assert_int_equal(p->m.registry.running, 0);
	seat_step(&p->m.registry, s, SEAT_BUILDING);
	assert_int_equal(p->m.registry.running, 2);
	assert_false(places_are_free(&p->m, &p->lab));
	seat_set_places(&p->m.registry, s, 0); /* said by who knows of one */
	assert_int_equal(p->m.registry.running, 1);
	assert_int_equal(s->of_lab->running, 1);
	assert_false(places_are_free(&p->m, &p->lab));
	assert_true(places_site_is_full(&p->m, &p->lab));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, played_begin, played_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_lab_without_a_number_of_its_own_is_never_full),
		TEST(what_a_lab_has_built_has_its_places),
		TEST(a_place_is_free_on_the_site_and_in_the_lab),
		TEST(a_seat_of_several_machines_needs_as_many_places),
		TEST(a_place_in_line_is_told_when_it_changes),
		TEST(where_the_lab_is_full_its_own_line_is_told),
		TEST(a_setup_that_takes_long_is_told_once),
		TEST(a_setup_that_has_just_begun_is_not_told),
	};

	return cmocka_run_group_tests_name("places", tests, NULL, NULL);
}
