/* test_sandbox.c - the table of sandboxes, and the steps between states. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/sandbox.h"

/* Row: from; column: to.  1: may follow.  A sandbox whose build failed ends as
 * one that lived does: it is killed, and its group swept. */
static const int may[SANDBOX_STATES][SANDBOX_STATES] = {
	/*		      building live ending sweeping */
	[SANDBOX_BUILDING] = { 0, 1, 1, 0 },
	[SANDBOX_LIVE] = { 0, 0, 1, 0 },
	[SANDBOX_ENDING] = { 0, 0, 0, 1 },
	[SANDBOX_SWEEPING] = { 0, 0, 0, 0 },
};

static void
each_step_is_taken_or_refused(void **state)
{
	(void)state;
	for (int from = 0; from < SANDBOX_STATES; from++) {
		for (int to = 0; to < SANDBOX_STATES; to++) {
			struct sandbox s = { .state =
						 (enum sandbox_state)from };
			bool done = sandbox_step(&s, (enum sandbox_state)to);

			if (done != (may[from][to] == 1))
				fail_msg("from %d to %d: %d", from, to, done);
			assert_int_equal(s.state, done ? to : from);
		}
	}
}

static void
a_sandbox_is_found_until_it_is_removed(void **state)
{
	FREES struct sandboxes *all = calloc(1, sizeof(*all));
	struct plan plan = { .refs = 1 };
	struct sandbox *first, *second;

	(void)state;
	assert_non_null(all);
	first = sandbox_add(all, 7, &plan);
	/* The same bucket. */
	second = sandbox_add(all, 7 + SANDBOX_BUCKETS, &plan);
	assert_non_null(first);
	assert_non_null(second);
	assert_null(sandbox_add(all, 7, &plan));
	assert_int_equal(all->count, 2);
	assert_int_equal(plan.refs, 3);
	assert_int_equal(first->state, SANDBOX_BUILDING);
	assert_int_equal(first->link, -1);
	assert_ptr_equal(sandbox_find(all, 7), first);
	sandbox_remove(all, first);
	assert_null(sandbox_find(all, 7));
	assert_ptr_equal(sandbox_find(all, 7 + SANDBOX_BUCKETS), second);
	sandbox_remove(all, second);
	assert_int_equal(all->count, 0);
	assert_int_equal(plan.refs, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_step_is_taken_or_refused),
		cmocka_unit_test(a_sandbox_is_found_until_it_is_removed),
	};

	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
