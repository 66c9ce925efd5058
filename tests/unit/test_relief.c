/* test_relief.c - who is looked at, and how long that keeps the builder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "sandbox/builder/relief.h"

/* What the control groups say that a sandbox has had of the processor. */
static uint64_t had_us;

static uint64_t
cpu_us(struct cgroups *g, const struct cgroup *c)
{
	(void)g;
	(void)c;
	return had_us;
}

static void
usage(struct cgroups *g, const struct cgroup *c, struct cgroup_usage *u)
{
	(void)g;
	(void)c;
	*u = (struct cgroup_usage){ .memory = 1 };
}

static const struct cgroup_kind played = { .cpu_us = cpu_us, .usage = usage };

#define MANY 3000 /* which take longer than one call */

/* A builder with so many live sandboxes, whose init is this process. */
static struct builder *
builder_of(unsigned count)
{
	struct builder *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	for (uint32_t i = 1; i <= count; i++) {
		struct plan *p = plan_new();
		struct sandbox *s = sandbox_add(&b->sandboxes, i, p);

		assert_non_null(s);
		s->pid = getpid();
		s->built_ms = clock_ms();
		sandbox_step(s, SANDBOX_LIVE);
		plan_unref(p);
	}
	return b;
}

static void
mark(struct sandbox *s, void *arg)
{
	relief_mark(arg, s, true);
}

static void
count_due(struct sandbox *s, void *arg)
{
	*(unsigned *)arg += s->is_due;
}

static unsigned
due(struct builder *b)
{
	unsigned count = 0;

	sandbox_each(&b->sandboxes, count_due, &count);
	return count;
}

static void
end(struct sandbox *s, void *arg)
{
	s->pid = 0;
	sandbox_remove(arg, s);
}

static void
builder_free(struct builder *b)
{
	sandbox_each(&b->sandboxes, end, &b->sandboxes);
	free(b);
}

static void
many_are_looked_at_in_parts_and_each_once(void **state)
{
	struct builder *b = builder_of(MANY);
	unsigned before = MANY, parts = 1;

	(void)state;
	sandbox_each(&b->sandboxes, mark, b);
	assert_int_equal(due(b), MANY);
	for (; relief_go_on(b); parts++) {
		assert_true(due(b) < before); /* it goes on, however slow */
		before = due(b);
	}
	assert_int_equal(due(b), 0);
	assert_true(parts > 1);
	builder_free(b);
}

static void
nobody_is_looked_at_out_of_turn(void **state)
{
	struct builder *b = builder_of(20);

	(void)state;
	relief_mark(b, sandbox_find(&b->sandboxes, 7), true);
	assert_int_equal(due(b), 1);
	while (relief_go_on(b))
		continue;
	assert_int_equal(due(b), 0);
	builder_free(b);
}

static bool
is_looked_at(struct builder *b, struct sandbox *s, bool is_turn)
{
	bool is_due;

	relief_mark(b, s, is_turn);
	is_due = s->is_due;
	while (relief_go_on(b))
		continue;
	return is_due;
}

static void
who_has_not_run_is_let_be_until_its_turn(void **state)
{
	struct builder *b = builder_of(1);
	struct sandbox *s = sandbox_find(&b->sandboxes, 1);

	(void)state;
	b->site.cgroups.kind = &played;
	snprintf(s->cgroup.name, sizeof(s->cgroup.name), "s1");
	had_us = 5;
	b->pressure.is_all = true;
	assert_true(is_looked_at(b, s, false)); /* it never was */
	assert_false(is_looked_at(b, s, false));
	s->before = (struct holding){ 0 };
	assert_false(is_looked_at(b, s, false));
	assert_int_equal(s->before.counted, s->now.counted);
	assert_true(is_looked_at(b, s, true));
	had_us++;
	assert_true(is_looked_at(b, s, false));
	/* Not where the host is short, or where nobody counts. */
	b->relief.since_ms = INT64_MAX / 2;
	b->pressure.host = (struct host_memory){ 1 << 20, 1 << 10, 1 << 19 };
	assert_true(is_looked_at(b, s, false));
	b->pressure.host = (struct host_memory){ 0 };
	assert_false(is_looked_at(b, s, false));
	had_us = 0;
	assert_true(is_looked_at(b, s, false));
	builder_free(b);
}

/* They are not looked at each time that its sockets are. */
static void
the_locks_of_who_has_not_run_are_seen_once(void **state)
{
	struct builder *b = builder_of(1);
	struct sandbox *s = sandbox_find(&b->sandboxes, 1);

	(void)state;
	b->site.cgroups.kind = &played;
	snprintf(s->cgroup.name, sizeof(s->cgroup.name), "s1");
	had_us = 5;
	assert_true(is_looked_at(b, s, true));
	assert_int_equal(s->ran_us, 5);
	b->pressure.is_kernel = true;
	relief_mark(b, s, false);
	assert_true(s->is_due && s->are_locks_due);
	s->is_due = s->are_locks_due = false;
	s->ran_locks_us = 5; /* all were seen */
	assert_false(is_looked_at(b, s, false));
	had_us++;
	relief_mark(b, s, false);
	assert_true(s->are_locks_due);
	s->is_due = s->are_locks_due = false;
	builder_free(b);
}

/* The host had memory back from somebody else meanwhile: its numbers say nothing. */
static void
locks_that_grew_unseen_are_looked_for_in_the_end(void **state)
{
	struct builder *b = builder_of(1);
	struct sandbox *s = sandbox_find(&b->sandboxes, 1);

	(void)state;
	b->site.cgroups.kind = &played;
	snprintf(s->cgroup.name, sizeof(s->cgroup.name), "s1");
	had_us = 5;
	relief_mark(b, s, true);
	assert_false(s->are_locks_due);
	s->built_ms = clock_ms() - 60000;
	relief_mark(b, s, false); /* not out of its turn */
	assert_false(s->are_locks_due);
	relief_mark(b, s, true);
	assert_true(s->are_locks_due);
	/* nor soon once more, nor when it has not run */
	s->locks_ms = clock_ms();
	s->are_locks_due = false;
	relief_mark(b, s, true);
	assert_false(s->are_locks_due);
	s->locks_ms -= 60000;
	s->ran_locks_us = 5;
	relief_mark(b, s, true);
	assert_false(s->are_locks_due);
	builder_free(b);
}

/* Half a second later it may be too late. */
static void
a_host_that_is_short_of_memory_waits_for_no_part(void **state)
{
	struct builder *b = builder_of(MANY);

	(void)state;
	b->relief.since_ms = INT64_MAX / 2; /* nobody is ended here */
	b->pressure.host = (struct host_memory){ 1 << 20, 1 << 10, 1 << 19 };
	assert_true(culprit_is_wanted(&b->pressure.host));
	sandbox_each(&b->sandboxes, mark, b);
	assert_false(relief_go_on(b));
	assert_int_equal(due(b), 0);
	builder_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_are_looked_at_in_parts_and_each_once),
		cmocka_unit_test(nobody_is_looked_at_out_of_turn),
		cmocka_unit_test(who_has_not_run_is_let_be_until_its_turn),
		cmocka_unit_test(the_locks_of_who_has_not_run_are_seen_once),
		cmocka_unit_test(
		    locks_that_grew_unseen_are_looked_for_in_the_end),
		cmocka_unit_test(
		    a_host_that_is_short_of_memory_waits_for_no_part),
	};

	return cmocka_run_group_tests_name("relief", tests, NULL, NULL);
}
