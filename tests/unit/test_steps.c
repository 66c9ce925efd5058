/* test_steps.c - a way through a lab's steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sandbox/init/steps.h"

#define TITLES "cOne\ntRead\ncThree\n"

static const struct numbers nothing;

static void
begin(struct steps *s)
{
	steps_read(s, TITLES, &nothing);
}

static void
a_step_opens_when_the_one_before_is_passed(void **state)
{
	struct steps s;

	(void)state;
	begin(&s);
	assert_int_equal(s.count, 3);
	assert_string_equal(s.title[1], "Read");
	assert_true(steps_has_check(&s, 1) && !steps_has_check(&s, 2));
	assert_false(steps_go_back(&s));
	assert_false(steps_go_on(&s));
	assert_true(steps_pass(&s, 1));
	assert_false(steps_pass(&s, 1));
	assert_int_equal(s.at, 1);
	assert_true(steps_go_on(&s));
	/* What has no check is passed by going on. */
	assert_true(steps_go_on(&s));
	assert_true(steps_is_last(&s));
	assert_false(steps_go_on(&s));
	assert_true(steps_go_back(&s) && steps_go_back(&s));
	assert_true(steps_go_on(&s) && steps_go_on(&s));
	assert_int_equal(steps_points(&s), 1);
	assert_int_equal(steps_most(&s), 2);
	assert_true(steps_pass(&s, 3));
	assert_false(steps_go_on(&s));
	assert_int_equal(steps_points(&s), 2);
}

static void
progress_is_taken_up_again(void **state)
{
	struct steps s, t;
	struct numbers p;

	(void)state;
	begin(&s);
	steps_pass(&s, 1);
	steps_go_on(&s);
	steps_go_on(&s);
	steps_go_back(&s);
	s.hints[0] = 2;
	steps_progress(&s, &p);
	steps_read(&t, TITLES, &p);
	assert_memory_equal(&s, &t, sizeof(s));
}

static void
progress_of_other_steps_is_made_to_fit(void **state)
{
	struct numbers p = { 6, { 3, 3, 7, 1, 2, 3 } };
	struct steps s;

	(void)state;
	steps_read(&s, "cOne\n", &p);
	assert_int_equal(s.count, 1);
	assert_true(s.at == 1 && s.open == 1 && s.passed == 1);
	assert_int_equal(s.hints[1], 0);
	/* What was the last step is followed by another now. */
	steps_read(&s, TITLES "cFour\n", &p);
	assert_true(s.at == 3 && s.open == 3);
	assert_true(steps_go_on(&s));
	assert_int_equal(s.at, 4);
	/* And what nobody can have reached. */
	p = (struct numbers){ 4, { 0, 0, UINT64_MAX, UINT64_MAX } };
	steps_read(&s, TITLES, &p);
	assert_true(s.at == 1 && s.open == 1 && s.passed == 7);
	assert_int_equal(s.hints[0], 0);
	p = (struct numbers){ 4, { UINT64_MAX, UINT64_MAX, 0, 0 } };
	steps_read(&s, TITLES, &p);
	assert_true(s.at == 3 && s.open == 3);
}

static void
as_many_as_there_may_be(void **state)
{
	char titles[STEPS_MAX * (STEP_TITLE_MAX + 2) + 1], text[LINE_SIZE];
	struct steps s;
	size_t at = 0;

	(void)state;
	for (int i = 0; i < STEPS_MAX; i++) {
		titles[at++] = 'c';
		memset(titles + at, 'x', STEP_TITLE_MAX);
		at += STEP_TITLE_MAX;
		titles[at++] = '\n';
	}
	titles[at] = '\0';
	steps_read(&s, titles, &nothing);
	assert_int_equal(s.count, STEPS_MAX);
	assert_int_equal(strlen(s.title[31]), STEP_TITLE_MAX);
	for (uint32_t i = 1; i <= STEPS_MAX; i++) {
		assert_true(steps_pass(&s, i));
		assert_int_equal(steps_go_on(&s), i < STEPS_MAX);
	}
	steps_report(&s, text, sizeof(text));
	assert_non_null(strstr(text, "Points: 32 of 32\n"));
}

static void
the_report_has_a_line_for_each(void **state)
{
	struct steps s;
	char text[256];

	(void)state;
	begin(&s);
	steps_pass(&s, 1);
	steps_report(&s, text, sizeof(text));
	assert_string_equal(text, "1/1 One\n0/1 Three\nPoints: 1 of 2\n");
	steps_read(&s, "", &nothing);
	assert_int_equal(s.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_opens_when_the_one_before_is_passed),
		cmocka_unit_test(progress_is_taken_up_again),
		cmocka_unit_test(progress_of_other_steps_is_made_to_fit),
		cmocka_unit_test(as_many_as_there_may_be),
		cmocka_unit_test(the_report_has_a_line_for_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
