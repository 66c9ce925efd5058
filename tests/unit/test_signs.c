/* test_signs.c - which counts over which times are a sign. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "gateway/base/denied_calls.h"
#include "gateway/base/trapped_calls.h"
#include "gateway/monitor/seats/signs.h"

#define MINUTE INT64_C(60000)
#define NOW    (100 * MINUTE)

static void
five_different_calls_in_a_minute_are_a_probe(void **state)
{
	struct signs s = { 0 };

	(void)state;
	for (uint32_t i = 0; i < SIGN_CALLS; i++)
		assert_int_equal(signs_call(&s, 40 + i, NOW + 1000 * i),
		    i == SIGN_CALLS - 1);
	/* The first is too old for the next, which is one of the others. */
	assert_false(signs_call(&s, 41, NOW + MINUTE));
	/* A fifth again. */
	assert_true(signs_call(&s, 99, NOW + MINUTE));
}

static void
one_call_many_times_is_curiosity(void **state)
{
	struct signs s = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++)
		assert_false(signs_call(&s, 7 + (uint32_t)i % 4, NOW + i));
}

static void
five_calls_over_more_than_a_minute_are_none(void **state)
{
	struct signs s = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		assert_false(
		    signs_call(&s, i, NOW + i * MINUTE / (SIGN_CALLS - 1)));
}

static void
memory_five_times_in_five_minutes(void **state)
{
	struct signs s = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_false(signs_oom(&s, 1, NOW + i * 75 * 1000));
	s = (struct signs){ 0 };
	for (int i = 0; i < SIGN_OOMS; i++)
		assert_int_equal(signs_oom(&s, 1, NOW + i * MINUTE),
		    i == SIGN_OOMS - 1);
	s = (struct signs){ 0 };
	assert_false(signs_oom(&s, SIGN_OOMS - 1, NOW));
	assert_true(signs_oom(&s, 1, NOW + 1));
	s = (struct signs){ 0 };
	assert_true(signs_oom(&s, UINT32_MAX, NOW));
}

static void
refused_forks_in_three_of_five_minutes(void **state)
{
	struct signs s = { 0 };

	(void)state;
	/* A bomb that lasts one minute, or two. */
	for (int i = 0; i < 119; i++)
		assert_false(signs_fork_refused(&s, NOW + i * 1000));
	assert_true(signs_fork_refused(&s, NOW + 4 * MINUTE));
	/* Now and then. */
	s = (struct signs){ 0 };
	for (int i = 0; i < 100; i++)
		assert_false(signs_fork_refused(&s, NOW + i * 3 * MINUTE));
	/* After a long time, and before what was. */
	assert_false(signs_fork_refused(&s, NOW + 10000 * MINUTE));
	assert_false(signs_fork_refused(&s, NOW));
}

/* A look each minute; it took so many percent of a processor. */
static bool
run(struct signs *s, uint32_t took, uint32_t quota, int minutes)
{
	bool is_sign = false;

	for (int i = 0; i <= minutes; i++)
		is_sign = signs_sample(s, 1000 + (uint64_t)i * 600000 * took,
		    quota, NOW + i * MINUTE);
	return is_sign;
}

static void
ten_minutes_at_ninety_percent_are_load(void **state)
{
	struct signs s = { 0 };

	(void)state;
	assert_false(run(&s, 50, 50, 9));
	assert_true(signs_sample(&s, 1000 + UINT64_C(10) * 600000 * 50, 50,
	    NOW + 10 * MINUTE));
	signs_forget_load(&s);
	assert_false(run(&s, 44, 50, 30));
	signs_forget_load(&s);
	assert_true(run(&s, 45, 50, 30));
	/* A counter that begins anew. */
	assert_false(signs_sample(&s, 0, 50, NOW + 31 * MINUTE));
	assert_int_equal(s.load.count, 1);
	signs_forget_load(&s);
	assert_true(run(&s, 12800, 12800, 10));
}

static void
a_sign_is_told_once_in_ten_minutes(void **state)
{
	struct signs s = { .trapped = 7 };

	(void)state;
	assert_true(signs_raise(&s, SIGN_LIMITS, NOW));
	assert_false(signs_raise(&s, SIGN_LIMITS, NOW + 1));
	assert_true(signs_raise(&s, SIGN_PROBES, NOW + 2));
	assert_true(signs_raise(&s, SIGN_LIMITS, NOW + SIGN_QUIET_MS));
	assert_int_equal(s.raised, 1 << SIGN_LIMITS | 1 << SIGN_PROBES);
	signs_clear(&s);
	assert_int_equal(s.raised, 0);
	assert_int_equal(s.trapped, 7);
	assert_true(signs_raise(&s, SIGN_LIMITS, NOW + SIGN_QUIET_MS + 1));
}

static void
all_of_it_survives_an_upgrade(void **state)
{
	struct signs s, got;
	struct numbers signs = { 0 }, load = { 0 }, none = { 0 };

	(void)state;
	memset(&s, 0, sizeof(s));
	memset(&got, 0, sizeof(got));
	s.trapped = 12;
	for (uint32_t i = 0; i < SIGN_CALLS - 1; i++)
		signs_call(&s, i, NOW);
	signs_oom(&s, 4, NOW);
	signs_fork_refused(&s, NOW);
	signs_fork_refused(&s, NOW + MINUTE);
	run(&s, 100, 100, 8);
	signs_raise(&s, SIGN_LOAD, NOW);
	signs_save(&s, &signs, &load);
	signs_restore(&got, &signs, &load);
	assert_true(signs_call(&got, 9, NOW + 1));
	assert_true(signs_oom(&got, 1, NOW + 1));
	assert_true(signs_fork_refused(&got, NOW + 2 * MINUTE));
	assert_true(signs_sample(&got, 1000 + UINT64_C(10) * 600000 * 100, 100,
	    NOW + 10 * MINUTE));
	assert_false(signs_raise(&got, SIGN_LOAD, NOW + 1));
	assert_int_equal(got.trapped, 12);
	signs_restore(&got, &none, &none);
	assert_int_equal(got.trapped, 0);
	signs.count--;
	signs_restore(&got, &signs, &load);
	assert_int_equal(got.raised, 0);
}

/* The answer is EPERM for each, and no lab may have it. */
static void
what_is_trapped_is_refused_in_every_lab(void **state)
{
	const struct trapped_call *c;
	size_t n = 0, by_arguments = 0;

	(void)state;
	for (; (c = trapped_call_at(n)) != NULL; n++) {
		const struct denied_call *no = denied_call(c->name);

		assert_int_equal(trapped_call_place(c->number), n);
		if (c->by_arguments != 0) {
			by_arguments++;
			assert_null(no);
			continue;
		}
		if (no == NULL || no->why == NULL || no->answer != ANSWER_EPERM)
			fail_msg("%s is not refused with EPERM", c->name);
	}
	assert_in_range(n, 25, TRAPPED_CALLS_MAX);
	assert_int_equal(by_arguments, 2);
	assert_int_equal(trapped_call_place(SYS_read), -1);
	assert_int_equal(trapped_call_place(-1), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(five_different_calls_in_a_minute_are_a_probe),
		cmocka_unit_test(one_call_many_times_is_curiosity),
		cmocka_unit_test(five_calls_over_more_than_a_minute_are_none),
		cmocka_unit_test(memory_five_times_in_five_minutes),
		cmocka_unit_test(refused_forks_in_three_of_five_minutes),
		cmocka_unit_test(ten_minutes_at_ninety_percent_are_load),
		cmocka_unit_test(a_sign_is_told_once_in_ten_minutes),
		cmocka_unit_test(all_of_it_survives_an_upgrade),
		cmocka_unit_test(what_is_trapped_is_refused_in_every_lab),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
