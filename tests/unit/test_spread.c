/* test_spread.c - sandboxes that compute are not all on one processor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sandbox/builder/cgroup/spread.h"

#define SECOND UINT64_C(1000000)

/* Takes so many per cent of a second on those processors, and may take one whole. */
static struct spread_user
user(const char *cpus, uint64_t percent)
{
	return (struct spread_user){ .has = cpus_parse(cpus),
		.took = percent * SECOND / 100,
		.allowed = SECOND };
}

static void
run(struct spread_user *all, size_t count, const char *there)
{
	struct cpus cpus = cpus_parse(there);

	spread(all, count, &cpus, SECOND);
}

static unsigned
on(const struct spread_user *all, size_t count, unsigned cpu)
{
	unsigned n = 0;

	for (size_t i = 0; i < count; i++)
		n += cpus_has(&all[i].has, cpu);
	return n;
}

static unsigned
moved(const struct spread_user *all, size_t count)
{
	unsigned n = 0;

	for (size_t i = 0; i < count; i++)
		n += all[i].is_moved;
	return n;
}

static void
one_of_two_goes_where_nobody_is(void **state)
{
	struct spread_user all[] = { user("0", 50), user("0", 50) };

	(void)state;
	run(all, 2, "0-1");
	assert_int_equal(on(all, 2, 0), 1);
	assert_int_equal(on(all, 2, 1), 1);
}

static void
who_is_alone_stays(void **state)
{
	struct spread_user all[] = { user("0", 100), user("0", 0),
		user("1", 1) };

	(void)state;
	run(all, 3, "0-1");
	assert_int_equal(moved(all, 3), 0);
}

/* Three have a third each and the fourth has all of its own: two and two. */
static void
a_full_processor_hides_what_is_wanted(void **state)
{
	struct spread_user all[] = { user("0", 33), user("0", 33),
		user("0", 33), user("1", 100) };

	(void)state;
	run(all, 4, "0-1");
	assert_int_equal(on(all, 4, 0), 2);
	assert_int_equal(on(all, 4, 1), 2);
}

static void
a_fair_spread_stays(void **state)
{
	struct spread_user all[] = { user("0", 50), user("0", 50),
		user("1", 50), user("1", 48) };

	(void)state;
	run(all, 4, "0-1");
	assert_int_equal(moved(all, 4), 0);
}

static void
the_idle_are_left_alone(void **state)
{
	struct spread_user all[] = { user("0", 1), user("0", 1), user("0", 1) };

	(void)state;
	run(all, 3, "0-3");
	assert_int_equal(moved(all, 3), 0);
}

static void
many_find_many(void **state)
{
	struct spread_user all[8];

	(void)state;
	for (size_t i = 0; i < 8; i++)
		all[i] = user("5", 12);
	run(all, 8, "4-7");
	for (unsigned cpu = 4; cpu < 8; cpu++)
		assert_int_equal(on(all, 8, cpu), 2);
}

static void
two_on_two_find_all_four(void **state)
{
	struct spread_user all[] = { user("0-1", 100), user("0-1", 100) };

	(void)state;
	run(all, 2, "0-3");
	for (unsigned cpu = 0; cpu < 4; cpu++)
		assert_int_equal(on(all, 2, cpu), 1);
}

static void
nothing_is_nothing(void **state)
{
	struct spread_user one = user("0", 100);

	(void)state;
	run(NULL, 0, "0-3");
	run(&one, 1, "");
	assert_false(one.is_moved);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_two_goes_where_nobody_is),
		cmocka_unit_test(who_is_alone_stays),
		cmocka_unit_test(a_full_processor_hides_what_is_wanted),
		cmocka_unit_test(a_fair_spread_stays),
		cmocka_unit_test(the_idle_are_left_alone),
		cmocka_unit_test(many_find_many),
		cmocka_unit_test(two_on_two_find_all_four),
		cmocka_unit_test(nothing_is_nothing),
	};

	return cmocka_run_group_tests_name("spread", tests, NULL, NULL);
}
