/* test_fairqueue.c - addresses take turns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/monitor/admission/fairqueue.h"
#include "tests/unit/addresses.h"

#define MANY 100

struct thing {
	struct waiter waiter;
	unsigned number;
};

static struct thing many[MANY], few[3];

static int
set_up(void **state)
{
	static struct fairqueue q;
	struct address flood = from("192.0.2.1"), other = from("192.0.2.2");

	assert_int_equal(fairqueue_init(&q), 0);
	for (unsigned i = 0; i < MANY; i++) {
		many[i] = (struct thing){ .number = i };
		assert_int_equal(
		    fairqueue_add(&q, &many[i].waiter, &many[i], &flood), 0);
	}
	for (unsigned i = 0; i < 3; i++) {
		few[i] = (struct thing){ .number = MANY + i };
		assert_int_equal(
		    fairqueue_add(&q, &few[i].waiter, &few[i], &other), 0);
	}
	*state = &q;
	return 0;
}

static int
tear_down(void **state)
{
	fairqueue_free(*state);
	return 0;
}

static unsigned
take(struct fairqueue *q)
{
	const struct thing *t = fairqueue_take(q);

	return t == NULL ? UINT32_MAX : t->number;
}

static void
who_has_few_waits_for_one_of_who_has_many(void **state)
{
	static const unsigned expected[] = { 0, MANY, 1, MANY + 1, 2, MANY + 2,
		3, 4, 5 };

	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_int_equal(take(*state), expected[i]);
}

static void
everybody_is_taken_once(void **state)
{
	struct fairqueue *q = *state;

	assert_int_equal(q->count, MANY + 3);
	for (unsigned i = 0; i < MANY + 3; i++)
		assert_int_not_equal(take(q), UINT32_MAX);
	assert_int_equal(take(q), UINT32_MAX);
	assert_int_equal(q->count, 0);
}

static void
who_leaves_is_not_taken(void **state)
{
	struct fairqueue *q = *state;
	struct address other = from("192.0.2.2");

	assert_int_equal(fairqueue_count(q, &other), 3);
	fairqueue_remove(q, &few[0].waiter);
	fairqueue_remove(q, &few[0].waiter); /* harmless */
	fairqueue_remove(q, &many[0].waiter);
	assert_int_equal(fairqueue_count(q, &other), 2);
	assert_int_equal(take(q), 1);
	assert_int_equal(take(q), MANY + 1);
	fairqueue_remove(q, &few[2].waiter);
	assert_int_equal(fairqueue_count(q, &other), 0);
	assert_int_equal(take(q), 2);
	assert_int_equal(take(q), 3);
	assert_int_equal(q->count, MANY - 4);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_has_few_waits_for_one_of_who_has_many),
		TEST(everybody_is_taken_once),
		TEST(who_leaves_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
