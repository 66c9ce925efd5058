/* test_home_table.c - the homes that are in use, and the steps between states. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sandbox/builder/home/home_table.h"

/* Row: from; column: to.  1: may follow. */
static const int may[HOME_STATES][HOME_STATES] = {
	/*		    new opening open closing */
	[HOME_NEW] = { 0, 1, 0, 0 },
	[HOME_OPENING] = { 0, 0, 1, 0 },
	[HOME_OPEN] = { 0, 0, 0, 1 },
	[HOME_CLOSING] = { 0, 1, 0, 0 },
};

static void
each_step_is_taken_or_refused(void **state)
{
	(void)state;
	for (int from = 0; from < HOME_STATES; from++) {
		for (int to = 0; to < HOME_STATES; to++) {
			struct home h = { .name = "ann",
				.state = (enum home_state)from };
			bool done = home_step(&h, (enum home_state)to);

			if (done != (may[from][to] == 1))
				fail_msg("from %d to %d: %d", from, to, done);
			assert_int_equal(h.state, done ? to : from);
		}
	}
}

static void
a_home_is_found_until_it_is_forgotten(void **state)
{
	struct homes all = { .dir = -1 };
	struct plan plan = { .refs = 1 };
	struct home *ann = homes_add(&all, "ann", &plan);
	struct home *bob = homes_add(&all, "bob+web101", &plan);

	(void)state;
	assert_non_null(ann);
	assert_non_null(bob);
	assert_int_equal(plan.refs, 3);
	assert_int_equal(ann->state, HOME_NEW);
	assert_int_equal(ann->mount, -1);
	assert_int_equal(ann->users, 0);
	assert_int_not_equal(ann->number, bob->number);
	assert_ptr_equal(homes_find(&all, "ann"), ann);
	assert_ptr_equal(homes_find(&all, "bob+web101"), bob);
	assert_null(homes_find(&all, "bob"));
	assert_ptr_equal(homes_find_number(&all, ann->number), ann);
	homes_forget(&all, ann);
	assert_null(homes_find(&all, "ann"));
	assert_int_equal(plan.refs, 2);
	assert_ptr_equal(all.first, bob);
	homes_forget(&all, bob);
	assert_null(all.first);
	assert_int_equal(plan.refs, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_step_is_taken_or_refused),
		cmocka_unit_test(a_home_is_found_until_it_is_forgotten),
	};

	return cmocka_run_group_tests_name("home_table", tests, NULL, NULL);
}
