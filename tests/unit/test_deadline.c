/* test_deadline.c - when a sandbox has to end, and who is told before. */
#include "tests/unit/played_monitor.h"

#include <time.h>

#include "gateway/monitor/seats/deadline.h"

/* As one that was built so many seconds ago, with a limit of ten minutes. */
static struct seat *
live_for(struct played *p, int64_t seconds)
{
	struct seat *s = played_seat(p, "alice", "c101", SEAT_LIVE);

	s->time_limit = 600;
	s->time_factor = TIME_FACTOR_NONE;
	s->built_ms = uv_now(&p->m.loop) - (uint64_t)seconds * 1000;
	return s;
}

static void
set_age(const struct played *p, struct seat *s, int64_t seconds)
{
	s->built_ms = uv_now(&p->m.loop) - (uint64_t)seconds * 1000;
}

static void
a_lab_without_limits_lets_a_sandbox_be(void **state)
{
	struct played *p = *state;
	struct seat *s = live_for(p, 1000000);
	char text[TEXT_SIZE];
	const char *why;

	s->time_limit = 0;
	assert_true(deadline_left(&p->m, s, &why) == INT64_MAX);
	assert_false(deadline_has_come(&p->m, s, text));
	/* A reload has taken the lab away. */
	p->config.lab_count = 0;
	assert_true(deadline_left(&p->m, s, &why) == INT64_MAX);
}

static void
a_time_limit_is_counted_from_when_it_was_built(void **state)
{
	struct played *p = *state;
	struct seat *s = live_for(p, 250);
	const char *why;

	assert_int_equal(deadline_left(&p->m, s, &why), 350);
	assert_string_equal(why, "time_limit");
}

static void
what_comes_first_is_the_reason(void **state)
{
	struct played *p = *state;
	struct seat *s = live_for(p, 0);
	const char *why;

	p->lab.until = (int64_t)time(NULL) + 100;
	assert_in_range(deadline_left(&p->m, s, &why), 98, 100);
	assert_string_equal(why, "the lab closes");
	p->lab.until = (int64_t)time(NULL) + 1000;
	assert_int_equal(deadline_left(&p->m, s, &why), 600);
	assert_string_equal(why, "time_limit");
}

static void
more_time_moves_the_end_that_it_is_of(void **state)
{
	struct played *p = *state;
	struct seat *s = live_for(p, 250);
	const char *why;

	s->time_factor = 150; /* of the account */
	assert_int_equal(deadline_left(&p->m, s, &why), 900 - 250);
	s->more_time = 100; /* is not multiplied */
	assert_int_equal(deadline_left(&p->m, s, &why), 1000 - 250);
	p->lab.until = (int64_t)time(NULL) + 300;
	assert_in_range(deadline_left(&p->m, s, &why), 298, 300);
	s->more_open = 200;
	assert_in_range(deadline_left(&p->m, s, &why), 498, 500);
	assert_string_equal(why, "the lab closes");
}

static void
a_clock_that_has_jumped_closes_no_lab(void **state)
{
	struct played *p = *state;
	struct seat *s = live_for(p, 0);
	char text[TEXT_SIZE];
	const char *why;

	s->time_limit = 0;
	p->lab.until = (int64_t)time(NULL) - 10;
	p->m.wall_clock.has_jumped = true;
	p->m.wall_clock.jumped_ms = uv_now(&p->m.loop);
	assert_int_equal(deadline_left(&p->m, s, &why), WALL_CLOCK_GRACE_S);
	assert_false(deadline_has_come(&p->m, s, text));
	p->m.wall_clock.jumped_ms -= 1000 * WALL_CLOCK_GRACE_S;
	assert_true(deadline_has_come(&p->m, s, text));
	assert_string_equal(text,
	    "the time of this sandbox is over (the lab closes)");
}

static void
its_end_is_told_twice_and_then_it_comes(void **state)
{
	struct played *p = *state;
	struct seat *s = live_for(p, 299);
	char text[TEXT_SIZE];
	unsigned in, waiting;

	played_conn(p, s, CONN_SEATED, &in);
	played_conn(p, s, CONN_WAITING, &waiting);
	assert_false(deadline_has_come(&p->m, s, text));
	expect_notice(p, in, NULL);
	set_age(p, s, 300);
	assert_false(deadline_has_come(&p->m, s, text));
	expect_notice(p, in,
	    "this sandbox ends in 5 minutes (time_limit): save your work");
	set_age(p, s, 539);
	assert_false(deadline_has_come(&p->m, s, text));
	expect_notice(p, in, NULL);
	set_age(p, s, 545);
	assert_false(deadline_has_come(&p->m, s, text));
	expect_notice(p, in,
	    "this sandbox ends in 55 seconds (time_limit): save your work");
	set_age(p, s, 599);
	assert_false(deadline_has_come(&p->m, s, text));
	expect_notice(p, in, NULL);
	set_age(p, s, 600);
	assert_true(deadline_has_come(&p->m, s, text));
	assert_string_equal(text,
	    "the time of this sandbox is over (time_limit)");
	expect_notice(p, in, NULL); /* the caller says it */
	expect_notice(p, waiting, NULL);
}

static void
who_comes_late_is_told_at_once(void **state)
{
	struct played *p = *state;
	struct seat *s = live_for(p, 500);
	char text[TEXT_SIZE];
	unsigned in;
	struct conn *c = played_conn(p, s, CONN_SEATED, &in);

	deadline_tell_newcomer(c);
	expect_notice(p, in,
	    "this sandbox ends in 1 minute 40 seconds (time_limit): save your"
	    " work");
	assert_false(deadline_has_come(&p->m, s, text));
	expect_notice(p, in, NULL);
	set_age(p, s, 0);
	deadline_tell_newcomer(c);
	expect_notice(p, in, NULL);
}

static void
only_one_that_runs_has_an_end(void **state)
{
	static const bool
	    ends[SEAT_STATES] = { [SEAT_LIVE] = true, [SEAT_LINGERING] = true };
	struct played *p = *state;
	struct seat *s = live_for(p, 700);
	char text[TEXT_SIZE];

	for (unsigned at = 0; at < SEAT_STATES; at++) {
		s->state = (enum seat_state)at;
		assert_int_equal(deadline_has_come(&p->m, s, text), ends[at]);
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, played_begin, played_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_lab_without_limits_lets_a_sandbox_be),
		TEST(a_time_limit_is_counted_from_when_it_was_built),
		TEST(what_comes_first_is_the_reason),
		TEST(more_time_moves_the_end_that_it_is_of),
		TEST(a_clock_that_has_jumped_closes_no_lab),
		TEST(its_end_is_told_twice_and_then_it_comes),
		TEST(who_comes_late_is_told_at_once),
		TEST(only_one_that_runs_has_an_end),
	};

	return cmocka_run_group_tests_name("deadline", tests, NULL, NULL);
}
