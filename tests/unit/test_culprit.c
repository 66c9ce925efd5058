/* test_culprit.c - whom the builder ends when the host runs short of memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/builder/cgroup/culprit.h"

#define M	 (UINT64_C(1) << 20)
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
wants(const struct suspect *at, size_t count, uint32_t sandbox, const char *why,
    uint64_t bytes)
{
	struct verdict v;

	assert_true(culprit_find(at, count, &v));
	assert_int_equal(v.sandbox, sandbox);
	assert_string_equal(v.why, why);
	assert_int_equal(v.bytes, bytes);
}

static void
a_host_is_short_when_little_is_left_and_the_kernel_has_it(void **state)
{
	struct host_memory h = { .total = 16000,
		.available = 999,
		.kernel = 4001 };

	(void)state;
	assert_true(culprit_is_wanted(&h));
	h.available = 1000;
	assert_false(culprit_is_wanted(&h));
	h.available = 0;
	h.kernel = 4000; /* programs have it: the OOM killer knows whom */
	assert_false(culprit_is_wanted(&h));
}

static void
who_grows_uncounted_is_to_blame_and_not_who_is_larger(void **state)
{
	static const struct suspect at[] = {
		{ 1, { 0, 4000 * M },
		    { 0, 4000 * M } }, /* large, as it may be */
		{ 2, { 60 * M, 10 * M },
		    { 60 * M, 10 * M } }, /* had it before */
		{ 3, { 0, 9 * M }, { 12 * M, 9 * M } },
		{ 4, { 1 * M, 9 * M }, { 7 * M, 9 * M } },
		{ 5, { 0, 100 * M }, { 0, 800 * M } }, /* a compiler */
	};

	(void)state;
	wants(at, COUNT(at), 3, "grew most in memory that is not counted",
	    12 * M);
}

static void
where_nothing_uncounted_is_known_it_is_who_grew(void **state)
{
	static const struct suspect at[] = {
		{ 1, { 0, 4000 * M }, { 0, 4003 * M } },
		{ 2, { 60 * M, 10 * M }, { 60 * M, 10 * M } },
		{ 3, { 0, 10 * M }, { 0, 40 * M } },
		{ 4, { 2 * M, 10 * M }, { 4 * M, 30 * M } },
	};

	(void)state;
	wants(at, COUNT(at), 3, "grew most", 30 * M);
}

static void
who_shrank_did_not_grow(void **state)
{
	static const struct suspect at[] = {
		{ 1, { 50 * M, 200 * M }, { 5 * M, 10 * M } },
		{ 2, { 0, 10 * M }, { 0, 14 * M + 1 } },
	};

	(void)state;
	wants(at, COUNT(at), 2, "grew most", 4 * M + 1);
}

static void
a_newcomer_grew_by_all_that_it_has(void **state)
{
	static const struct suspect at[] = {
		{ 1, { 30 * M, 9 * M }, { 35 * M, 9 * M } },
		{ 2, { 0, 0 }, { 20 * M, 9 * M } },
	};

	(void)state;
	wants(at, COUNT(at), 2, "grew most in memory that is not counted",
	    20 * M);
}

static void
where_nobody_grew_it_is_who_holds_uncounted_memory(void **state)
{
	static const struct suspect at[] = {
		{ 1, { 0, 4000 * M }, { 0, 4000 * M } },
		{ 2, { 15 * M, 10 * M }, { 15 * M, 12 * M } },
		{ 3, { 16 * M, 10 * M }, { 16 * M, 10 * M } },
	};

	(void)state;
	wants(at, COUNT(at), 3, "holds most memory that is not counted",
	    16 * M);
}

static void
at_last_it_is_the_largest(void **state)
{
	static const struct suspect at[] = {
		{ 1, { 0, 10 * M }, { 0, 10 * M } },
		{ 2, { 3 * M, 40 * M }, { 3 * M, 41 * M } },
		{ 3, { 0, 43 * M }, { 0, 43 * M } },
	};

	(void)state;
	wants(at, COUNT(at), 2, "is the largest", 44 * M);
}

static void
without_a_sandbox_nobody_is_ended(void **state)
{
	static const struct suspect empty = { 7, { 0, 0 }, { 0, 0 } };
	struct verdict v;

	(void)state;
	assert_false(culprit_find(NULL, 0, &v));
	assert_false(culprit_find(&empty, 1, &v));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_host_is_short_when_little_is_left_and_the_kernel_has_it),
		cmocka_unit_test(
		    who_grows_uncounted_is_to_blame_and_not_who_is_larger),
		cmocka_unit_test(
		    where_nothing_uncounted_is_known_it_is_who_grew),
		cmocka_unit_test(who_shrank_did_not_grow),
		cmocka_unit_test(a_newcomer_grew_by_all_that_it_has),
		cmocka_unit_test(
		    where_nobody_grew_it_is_who_holds_uncounted_memory),
		cmocka_unit_test(at_last_it_is_the_largest),
		cmocka_unit_test(without_a_sandbox_nobody_is_ended),
	};

	return cmocka_run_group_tests_name("culprit", tests, NULL, NULL);
}
