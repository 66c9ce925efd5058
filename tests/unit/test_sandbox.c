/* test_sandbox.c - the table of sandboxes, and the steps between states. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/builder/sandbox.h"

/* Row: from; column: to.  1: may follow.  A sandbox whose build failed ends as
 * one that lived does: it is killed, and its group swept. */
static const int may[SANDBOX_STATES][SANDBOX_STATES] = {
	/*		      building warm live ending sweeping */
	[SANDBOX_BUILDING] = { 0, 1, 1, 1, 0 },
	[SANDBOX_WARM] = { 1, 0, 0, 1, 0 },
	[SANDBOX_LIVE] = { 0, 0, 0, 1, 0 },
	[SANDBOX_ENDING] = { 0, 0, 0, 0, 1 },
	[SANDBOX_SWEEPING] = { 0, 0, 0, 0, 0 },
};

/* A process that waits for its end, as an init does. */
static pid_t
start_init(int *pidfd)
{
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		for (;;)
			pause();
	}
	*pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	assert_int_not_equal(*pidfd, -1);
	return pid;
}

/* Ends it itself where the step has not: by another signal. */
static bool
was_killed(pid_t pid)
{
	int status;

	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return WTERMSIG(status) == SIGKILL;
}

static void
a_step_is_taken_or_ends_the_sandbox(void **state)
{
	(void)state;
	for (int pair = 0; pair < SANDBOX_STATES * SANDBOX_STATES; pair++) {
		int from = pair / SANDBOX_STATES, to = pair % SANDBOX_STATES;
		struct sandbox s = { .state = (enum sandbox_state)from };
		pid_t pid = start_init(&s.pidfd);
		bool killed;

		sandbox_step(&s, (enum sandbox_state)to);
		killed = was_killed(pid);
		close(s.pidfd);
		if (killed != (may[from][to] == 0))
			fail_msg("from %d to %d: killed %d", from, to, killed);
		assert_int_equal(s.state, killed ? from : to);
	}
}

/* One that fails before it has an init has nothing to kill. */
static void
a_sandbox_without_a_process_ends_nobody(void **state)
{
	struct sandbox s = { .state = SANDBOX_BUILDING, .pidfd = -1 };

	(void)state;
	sandbox_step(&s, SANDBOX_SWEEPING);
	assert_int_equal(s.state, SANDBOX_BUILDING);
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

static void
count(struct sandbox *s, void *arg)
{
	unsigned *seen = arg;

	seen[s->id]++;
}

static void
all_parts_have_each_sandbox_once(void **state)
{
	FREES struct sandboxes *all = calloc(1, sizeof(*all));
	unsigned seen[100] = { 0 };
	struct plan plan = { .refs = 1 };

	(void)state;
	assert_non_null(all);
	for (uint32_t id = 1; id < 100; id++)
		assert_non_null(sandbox_add(all, id, &plan));
	for (size_t part = 0; part < 7; part++)
		sandbox_each_of(all, part, 7, count, seen);
	for (uint32_t id = 1; id < 100; id++) {
		assert_int_equal(seen[id], 1);
		sandbox_remove(all, sandbox_find(all, id));
	}
}

static void
what_was_begun_is_handed_over(void **state)
{
	struct plan plan = { .refs = 1 };
	struct sandbox *from = sandbox_new(SANDBOX_OWN_NUMBERS | 1, NULL);
	struct sandbox *to = sandbox_new(7, &plan);
	int ends[2];

	(void)state;
	assert_non_null(from);
	assert_non_null(to);
	assert_int_equal(pipe(ends), 0);
	from->base = 1879048192;
	from->pid = 4711;
	from->link = ends[0];
	from->userns = ends[1];
	strcpy(from->cgroup.name, "s2147483649");
	sandbox_hand_over(from, to);
	assert_int_equal(to->id, 7);
	assert_int_equal(to->base, 1879048192);
	assert_int_equal(to->pid, 4711);
	assert_int_equal(to->link, ends[0]);
	assert_int_equal(to->userns, ends[1]);
	assert_int_equal(to->pidfd, -1);
	assert_string_equal(to->cgroup.name, "s2147483649");
	assert_int_equal(from->base, 0);
	assert_int_equal(from->pid, 0);
	assert_string_equal(from->cgroup.name, "");
	/* What is to's stays open. */
	sandbox_free(from);
	assert_int_equal(write(ends[1], "x", 1), 1);
	sandbox_free(to);
	assert_int_equal(write(ends[1], "x", 1), -1);
	assert_int_equal(plan.refs, 1);
}

/* After an upgrade the numbers begin anew, and groups have names of before. */
static void
numbers_of_our_own_are_of_no_sandbox_and_no_group(void **state)
{
	FREES struct sandboxes *all = calloc(1, sizeof(*all));
	struct plan plan = { .refs = 1 };
	const uint32_t own = SANDBOX_OWN_NUMBERS;
	struct sandbox *named, *grouped;

	(void)state;
	assert_non_null(all);
	named = sandbox_add(all, own + 2, &plan);
	grouped = sandbox_add(all, 5, &plan);
	assert_non_null(named);
	assert_non_null(grouped);
	cgroup_name(own + 3, grouped->cgroup.name);
	assert_int_equal(sandbox_own_number(all), own + 1);
	assert_int_equal(sandbox_own_number(all), own + 4);
	all->own_numbers = UINT32_MAX; /* round, and not to the monitor's */
	assert_int_equal(sandbox_own_number(all), own);
	assert_int_equal(all->last, 5);
	sandbox_remove(all, named);
	sandbox_remove(all, grouped);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_is_taken_or_ends_the_sandbox),
		cmocka_unit_test(a_sandbox_without_a_process_ends_nobody),
		cmocka_unit_test(a_sandbox_is_found_until_it_is_removed),
		cmocka_unit_test(all_parts_have_each_sandbox_once),
		cmocka_unit_test(what_was_begun_is_handed_over),
		cmocka_unit_test(
		    numbers_of_our_own_are_of_no_sandbox_and_no_group),
	};

	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
