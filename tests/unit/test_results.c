/* test_results.c - a result that cannot be written is kept until it can be. */
#include "tests/unit/played_db.h"

/* From here on nothing can be written, or it can be again. */
static void
break_it(struct fixture *f)
{
	struct err e;

	assert_int_equal(
	    db_exec(f->other, "ALTER TABLE results RENAME TO away", &e), 0);
}

static void
mend_it(struct fixture *f)
{
	struct err e;

	assert_int_equal(
	    db_exec(f->other, "ALTER TABLE away RENAME TO results", &e), 0);
}

static void
keep(struct fixture *f, uint32_t points)
{
	struct msg_checked result = { .points = points, .most = 10 };

	result.text = "done";
	results_keep(&f->p->m, f->seat, &result, NULL, 0);
}

static void
one_is_written_at_once(void **state)
{
	struct fixture *f = *state;

	keep(f, 7);
	while (f->p->m.results_waiting > 0)
		uv_run(&f->p->m.loop, UV_RUN_ONCE);
	assert_int_equal(number(f, "SELECT points FROM results"), 7);
}

static void
what_is_owed_is_written_once_it_can_be(void **state)
{
	struct fixture *f = *state;
	struct monitor *m = &f->p->m;

	break_it(f);
	keep(f, 7);
	while (STAILQ_EMPTY(&m->results_unkept))
		uv_run(&m->loop, UV_RUN_ONCE);
	keep(f, 9); /* waits behind it */
	assert_int_equal(m->results_waiting, 2);
	results_tick(m); /* too soon */
	assert_false(m->is_retrying_results);
	mend_it(f);
	m->results_retry_ms = 0; /* as after some seconds */
	results_tick(m);
	while (m->results_waiting > 0)
		uv_run(&m->loop, UV_RUN_ONCE);
	assert_int_equal(number(f, "SELECT tries FROM results"), 2);
	assert_int_equal(number(f, "SELECT points FROM results"), 9);
	assert_true(STAILQ_EMPTY(&m->results_unkept));
	assert_false(m->is_retrying_results);
}

static void
keep_two(struct fixture *f, uint32_t a, uint32_t b)
{
	struct msg_checked result = { .points = a + b, .most = 4 };
	const struct step_score steps[] = { { a, 2, "mount" },
		{ b, 2, "it's" } };

	result.text = "done";
	results_keep(&f->p->m, f->seat, &result, steps, 2);
	while (f->p->m.results_waiting > 0)
		uv_run(&f->p->m.loop, UV_RUN_ONCE);
}

static void
each_step_keeps_its_best(void **state)
{
	struct fixture *f = *state;

	keep_two(f, 2, 0);
	keep_two(f, 1, 1);
	assert_int_equal(number(f, "SELECT count(*) FROM result_steps"), 2);
	assert_int_equal(number(f, "SELECT points * 100 + best_points * 10 +"
				   " (full_time > 0) FROM result_steps"
				   " WHERE step = 'mount'"),
	    121);
	assert_int_equal(number(f, "SELECT points * 100 + best_points * 10 +"
				   " (full_time > 0) FROM result_steps"
				   " WHERE step = 'it''s' AND place = 2"),
	    110);
}

/* A check, or an init that was taken over, may make up names for ever. */
static void
steps_of_a_seat_have_a_limit(void **state)
{
	struct fixture *f = *state;
	struct msg_checked result = { .points = 1, .most = 1 };
	struct step_score step = { 1, 1, "" };

	result.text = "done";
	for (int i = 0; i < 100; i++) {
		snprintf(step.name, sizeof(step.name), "n%d", i);
		results_keep(&f->p->m, f->seat, &result, &step, 1);
	}
	while (f->p->m.results_waiting > 0)
		uv_run(&f->p->m.loop, UV_RUN_ONCE);
	assert_int_equal(number(f, "SELECT count(*) FROM result_steps"),
	    STEP_SCORES_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_is_written_at_once,
		    kept_begin, kept_end),
		cmocka_unit_test_setup_teardown(
		    what_is_owed_is_written_once_it_can_be, kept_begin,
		    kept_end),
		cmocka_unit_test_setup_teardown(each_step_keeps_its_best,
		    kept_begin, kept_end),
		cmocka_unit_test_setup_teardown(steps_of_a_seat_have_a_limit,
		    kept_begin, kept_end),
	};

	return cmocka_run_group_tests_name("results", tests, NULL, NULL);
}
