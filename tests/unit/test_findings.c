/* test_findings.c - what gave out first in a rehearsal, and what to set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/admin/rehearse/findings.h"

static void
refuse(struct outcome *o, double first_s, const char *text)
{
	struct refusal *r = &o->refusals[o->refusal_count++];

	r->times = 3;
	r->first_s = first_s;
	snprintf(r->text, sizeof(r->text), "%s", text);
}

static void
nothing_gives_out_of_a_good_one(void **state)
{
	struct outcome o = { .students = 300,
		.sandboxes_max = 400,
		.sandboxes = 300,
		.host = { .looks = 600, .busy = 300, .busy_s = 1 } };

	(void)state;
	findings_make(&o);
	assert_int_equal(o.finding_count, 0);
}

static void
what_was_met_first_is_told_first(void **state)
{
	struct outcome o = { .students = 300,
		.lab = "c101",
		.lab_memory = 64 << 20,
		.lab_machines = 1,
		.sandboxes_max = 250,
		.waiting = 40,
		.waiting_s = 20,
		.queue = { .count = 40, .max = 12345 },
		.host = { .memory = UINT64_C(8) << 30,
		    .memory_least = 100 << 20,
		    .memory_s = 30 } };

	(void)state;
	refuse(&o, 5,
	    "connect: too many connections are waiting to log in"
	    " (unauthenticated_max); try again in a moment");
	findings_make(&o);
	assert_int_equal(o.finding_count, 3);
	assert_string_equal(o.findings[0].cure,
	    "a larger unauthenticated_max: so many may be logging in at once");
	assert_string_equal(o.findings[1].what,
	    "sandboxes_max = 250: 40 students waited in the queue at a time,"
	    " one of them 12.3 s");
	assert_string_equal(o.findings[1].cure,
	    "sandboxes_max = 300; holds them all; if each used all of its"
	    " memory, that were 18G");
	assert_string_equal(o.findings[2].what,
	    "memory: 100M of this host's 8.0G were left");
}

static void
the_limit_of_the_lab_is_named_where_it_is_smaller(void **state)
{
	struct outcome o = { .students = 30,
		.lab = "c101",
		.lab_max = 10,
		.lab_machines = 2,
		.sandboxes_max = 250,
		.waiting = 1 };

	(void)state;
	findings_make(&o);
	assert_non_null(
	    strstr(o.findings[0].what, "sandboxes_max = 10 of lab c101: "));
	/* a place for each machine */
	assert_non_null(strstr(o.findings[0].cure, "sandboxes_max = 60; "));
}

static void
a_processor_is_short_when_it_is_busy_most_of_the_time(void **state)
{
	struct outcome o = { .is_here = true,
		.host = { .looks = 10, .busy = 6, .busy_s = 2 } };

	(void)state;
	findings_make(&o);
	assert_string_equal(o.findings[0].what,
	    "processor: above 90 % in 6 of 10 looks, the students' own clients"
	    " included");
	o.is_here = false;
	findings_make(&o);
	assert_string_equal(o.findings[0].what,
	    "processor: above 90 % in 6 of 10 looks");
}

static void
a_reason_that_nobody_thought_of_is_told_too(void **state)
{
	struct outcome o = { 0 };

	(void)state;
	refuse(&o, 1, "no prompt: the moon is full");
	findings_make(&o);
	assert_string_equal(o.findings[0].what,
	    "refused 3 times: no prompt: the moon is full");
	assert_non_null(strstr(o.findings[0].cure, "atoll log"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_gives_out_of_a_good_one),
		cmocka_unit_test(what_was_met_first_is_told_first),
		cmocka_unit_test(
		    the_limit_of_the_lab_is_named_where_it_is_smaller),
		cmocka_unit_test(
		    a_processor_is_short_when_it_is_busy_most_of_the_time),
		cmocka_unit_test(a_reason_that_nobody_thought_of_is_told_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
