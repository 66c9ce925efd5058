/* test_rounds.c - how often each sandbox is looked at, and how many at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "sandbox/builder/cgroup/pressure.h"
#include "sandbox/builder/rounds.h"

#define MANY  500
#define ROUND 500 /* ms */

/* Each look asks how many of the sandbox's forks were refused. */
static unsigned looks;

static uint64_t
forks_refused(struct cgroups *g, const struct cgroup *c)
{
	(void)g;
	(void)c;
	looks++;
	return 0;
}

static uint64_t
cpu_us(struct cgroups *g, const struct cgroup *c)
{
	(void)g;
	(void)c;
	return 0;
}

static void
usage(struct cgroups *g, const struct cgroup *c, struct cgroup_usage *u)
{
	(void)g;
	(void)c;
	*u = (struct cgroup_usage){ 0 };
}

static const struct cgroup_kind played = { .cpu_us = cpu_us,
	.usage = usage,
	.forks_refused = forks_refused };

static struct builder *
builder_of(unsigned count)
{
	struct builder *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->audit = b->site.cgroups.cpuset.own = -1;
	b->site.cgroups.kind = &played;
	b->watch_timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	b->look_timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	assert_true(b->watch_timer != -1 && b->look_timer != -1);
	for (uint32_t i = 1; i <= count; i++) {
		struct plan *p = plan_new();
		struct sandbox *s = sandbox_add(&b->sandboxes, i, p);

		assert_non_null(s);
		s->pid = getpid();
		sandbox_step(s, SANDBOX_LIVE);
		plan_unref(p);
	}
	rounds_begin(b);
	return b;
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
	close(b->watch_timer);
	close(b->look_timer);
	free(b);
}

static int
period_ms(const struct builder *b)
{
	struct itimerspec t;

	assert_int_equal(timerfd_gettime(b->watch_timer, &t), 0);
	return (
	    int)(t.it_interval.tv_sec * 1000 + t.it_interval.tv_nsec / 1000000);
}

static void
many_are_looked_at_a_few_at_a_time_and_each_once(void **state)
{
	struct builder *b = builder_of(MANY);
	unsigned parts = 0, most = 0;

	(void)state;
	assert_int_equal(period_ms(b), ROUND);
	looks = 0;
	do {
		unsigned before = looks;

		on_watch_timer(b);
		if (looks - before > most)
			most = looks - before;
		parts++;
	} while (b->round.part != 0);
	assert_int_equal(looks, MANY);
	assert_in_range(most, 1, MANY / 25);
	/* All of them within half a second. */
	assert_in_range((int)parts * period_ms(b), ROUND * 9 / 10, ROUND);
	builder_free(b);
}

static void
a_few_are_looked_at_together(void **state)
{
	struct builder *b = builder_of(3);

	(void)state;
	looks = 0;
	on_watch_timer(b);
	assert_int_equal(looks, 3);
	assert_int_equal(period_ms(b), ROUND);
	rounds_end(b);
	assert_int_equal(period_ms(b), 0);
	builder_free(b);
}

/* The last of many have gone in the middle of a round, and somebody comes. */
static void
who_is_the_first_again_is_looked_at_in_time(void **state)
{
	struct builder *b = builder_of(MANY);

	(void)state;
	on_watch_timer(b);
	assert_int_not_equal(b->round.part, 0);
	rounds_end(b);
	rounds_begin(b);
	assert_int_equal(period_ms(b), ROUND);
	looks = 0;
	do
		on_watch_timer(b);
	while (b->round.part != 0);
	assert_int_equal(looks, MANY);
	builder_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    many_are_looked_at_a_few_at_a_time_and_each_once),
		cmocka_unit_test(a_few_are_looked_at_together),
		cmocka_unit_test(who_is_the_first_again_is_looked_at_in_time),
	};

	return cmocka_run_group_tests_name("rounds", tests, NULL, NULL);
}
