/* test_report_sum.c - what the rows of a report come to, and what to set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/admin/report/report_advice.h"

#define MIB (UINT64_C(1) << 20)

static struct report *
empty(void **state)
{
	static struct report r;

	(void)state;
	memset(&r, 0, sizeof(r));
	r.lab = "c101";
	r.now = 100000;
	r.about.is_there = 1;
	r.about.memory = 256 * MIB;
	return &r;
}

static struct msg_report_row *
add(struct report *r, enum diary_what what, const char *account, uint64_t began,
    uint64_t ended)
{
	struct report_rows *rows = &r->rows[what];
	struct msg_report_row *row;

	rows->at = realloc(rows->at, (rows->count + 1) * sizeof(*rows->at));
	assert_non_null(rows->at);
	row = &rows->at[rows->count++];
	memset(row, 0, sizeof(*row));
	text_copy(row->account, NAME_SIZE, account);
	row->id = rows->count;
	row->what = what;
	row->began = began;
	row->ended = ended;
	row->count = 1;
	row->numbers.count = VISIT_NUMBERS;
	return row;
}

static void
make(struct report *r)
{
	struct err e;

	assert_int_equal(report_sum_make(r, &e), 0);
	report_advise(r);
}

static void
nobody_came(void **state)
{
	struct report *r = empty(state);

	make(r);
	assert_int_equal(r->sum.student_count, 0);
	assert_int_equal(r->sum.moment_count, 0);
	assert_int_equal(r->sum.advice_count, 0);
	report_free(r);
}

static void
visits_of_one_are_one_student(void **state)
{
	struct report *r = empty(state);

	add(r, DIARY_VISIT, "bob", 500, 600);
	add(r, DIARY_VISIT, "alice", 100, 200);
	add(r, DIARY_VISIT, "bob", 100, 150);
	add(r, DIARY_VISIT, "alice", 99000, 0);
	make(r);
	assert_int_equal(r->sum.student_count, 2);
	assert_string_equal(r->sum.students[0].account, "alice");
	assert_int_equal(r->sum.students[0].first, 100);
	assert_int_equal(r->sum.students[0].last, 0);
	assert_int_equal(r->sum.students[0].seconds, 1100);
	assert_int_equal(r->sum.students[1].visits, 2);
	assert_int_equal(r->sum.students[1].last, 600);
	assert_int_equal(r->sum.at_once, 2);
	assert_int_equal(r->sum.at_once_time, 100);
	assert_int_equal(r->sum.begin, 100);
	assert_int_equal(r->sum.end, 100000);
	report_free(r);
}

/* Who goes in a second makes room; a visit of no second was there; a clock that was
 * set back is no age. */
static void
seconds_at_their_edges(void **state)
{
	struct report *r = empty(state);

	add(r, DIARY_VISIT, "a", 100, 200);
	add(r, DIARY_VISIT, "b", 200, 300);
	add(r, DIARY_VISIT, "c", 400, 400);
	add(r, DIARY_VISIT, "d", 1000, 500);
	make(r);
	assert_int_equal(r->sum.at_once, 1);
	assert_int_equal(r->sum.seconds, 200);
	report_free(r);
}

static void
points_are_those_of_the_moment(void **state)
{
	struct report *r = empty(state);
	struct msg_report_row *p;

	add(r, DIARY_VISIT, "alice", 0, 1200);
	add(r, DIARY_VISIT, "bob", 0, 600);
	p = add(r, DIARY_POINTS, "alice", 900, 900);
	p->numbers = (struct numbers){ .count = 2, .at = { 4, 4 } };
	p = add(r, DIARY_POINTS, "alice", 150, 150);
	p->numbers = (struct numbers){ .count = 2, .at = { 1, 4 } };
	p = add(r, DIARY_POINTS, "bob", 1190, 1190);
	p->numbers = (struct numbers){ .count = 2, .at = { 0, 4 } };
	p = add(r, DIARY_POINTS, "nobody", 10, 10);
	p->numbers = (struct numbers){ .count = 2, .at = { 4, 4 } };
	p = add(r, DIARY_POINTS, "bob", 20, 20);
	p->numbers = (struct numbers){ .count = 2, .at = { 0, 0 } };
	make(r);
	assert_int_equal(r->sum.moment_count, REPORT_MOMENTS);
	assert_int_equal(r->sum.moments[0].time, 100);
	assert_int_equal(r->sum.moments[0].checked, 0);
	assert_int_equal(r->sum.moments[1].percent, 25);
	assert_int_equal(r->sum.moments[8].percent, 100);
	assert_int_equal(r->sum.moments[8].present, 1);
	assert_int_equal(r->sum.moments[11].percent, 50);
	assert_int_equal(r->sum.students[0].points, 4);
	report_free(r);
}

static void
says(const struct report *r, const char *text)
{
	for (size_t i = 0; i < r->sum.advice_count; i++) {
		if (strcmp(r->sum.advice[i], text) == 0)
			return;
	}
	fail_msg("no advice \"%s\" but \"%s\"", text, r->sum.advice[0]);
}

static void
memory_that_was_enough_and_that_was_not(void **state)
{
	struct report *r = empty(state);
	struct msg_report_row *v;
	char name[16];

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		v = add(r, DIARY_VISIT, name, 100, 200);
		v->numbers.at[VISIT_MEMORY] = 91 * MIB;
	}
	make(r);
	says(r,
	    "memory = 256M: nobody used more than 91M; 300 students would have"
	    " needed 26G at most at one time");
	report_free(r);
	r = empty(state);
	v = add(r, DIARY_VISIT, "alice", 100, 200);
	v->numbers.at[VISIT_MEMORY] = 256 * MIB;
	v->numbers.at[VISIT_LIMITS + LIMIT_MEMORY] = 2;
	v->numbers.at[VISIT_LIMITS + LIMIT_PIDS] = 1;
	make(r);
	says(r, "memory = 256M: 1 of 1 students needed more. Try memory = 512M,"
		" with which all of them at one time need 512M at most");
	says(r,
	    "pids: 1 of 1 students met it, 1 time. Raise it, unless the lab is"
	    " about that");
	report_free(r);
}

static void
memory_of_machines_is_known_of_all_together(void **state)
{
	struct report *r = empty(state);
	struct msg_report_row *v = add(r, DIARY_VISIT, "alice", 100, 200);

	r->about.machines = 2;
	v->numbers.at[VISIT_MEMORY] = 91 * MIB;
	make(r);
	says(r, "memory: the 2 machines of a seat may have 256M together, and"
		" nobody used more than 91M");
	report_free(r);
	r = empty(state);
	v = add(r, DIARY_VISIT, "alice", 100, 200);
	r->about.machines = 2;
	v->numbers.at[VISIT_MEMORY] = 91 * MIB;
	v->numbers.at[VISIT_LIMITS + LIMIT_MEMORY] = 1;
	make(r);
	says(r, "memory: 1 of 1 students needed more on one of their machines;"
		" 'limit hit' in the log says on which");
	report_free(r);
}

static void
memory_that_was_far_too_much(void **state)
{
	struct report *r = empty(state);

	add(r, DIARY_VISIT, "alice", 100, 200)->numbers.at[VISIT_MEMORY] =
	    10 * MIB;
	make(r);
	says(r, "memory = 256M: nobody used more than 10M; 1 student would have"
		" needed 10M at most at one time. memory = 16M would do");
	report_free(r);
}

static void
waits_and_refusals(void **state)
{
	struct report *r = empty(state);
	struct msg_report_row *row;

	add(r, DIARY_VISIT, "alice", 100, 200)->numbers.at[VISIT_QUEUE_MS] =
	    61000;
	add(r, DIARY_VISIT, "bob", 100, 200)->numbers.at[VISIT_QUEUE_MS] = 999;
	row = add(r, DIARY_REFUSED, "", 3600, 3601);
	text_copy(row->text, TEXT_SIZE, "left_the_queue");
	row->count = 3;
	row = add(r, DIARY_REFUSED, "", 3600, 3601);
	text_copy(row->text, TEXT_SIZE, "closed");
	row->count = 1;
	make(r);
	assert_int_equal(r->sum.waited, 1);
	assert_int_equal(r->sum.gave_up, 3);
	assert_int_equal(r->sum.refused, 1);
	says(r,
	    "sandboxes_max: 1 waited for a place, the longest 1m01s, and 3 left"
	    " before they had one. Raise it above the 2 that were there at one"
	    " time, or lower linger");
	says(r, "1 time somebody came while the lab was closed: see available");
	report_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_came),
		cmocka_unit_test(visits_of_one_are_one_student),
		cmocka_unit_test(seconds_at_their_edges),
		cmocka_unit_test(points_are_those_of_the_moment),
		cmocka_unit_test(memory_that_was_enough_and_that_was_not),
		cmocka_unit_test(memory_of_machines_is_known_of_all_together),
		cmocka_unit_test(memory_that_was_far_too_much),
		cmocka_unit_test(waits_and_refusals),
	};

	return cmocka_run_group_tests_name("report_sum", tests, NULL, NULL);
}
