/* test_idmap.c - the pool of id ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sandbox/builder/fs/idmap.h"

static void
ranges_do_not_overlap_and_end(void **state)
{
	struct idmap_pool p;

	(void)state;
	idmap_pool_init(&p);
	for (uint32_t i = 0; i < IDMAP_RANGES; i++)
		assert_int_equal(idmap_take(&p), IDMAP_FIRST + i * IDMAP_COUNT);
	assert_int_equal(idmap_take(&p), 0);
}

/* The last id is below 2^31: some programs take ids for signed. */
static void
the_last_id_is_positive_as_an_int(void **state)
{
	uint64_t end =
	    (uint64_t)IDMAP_FIRST + (uint64_t)IDMAP_RANGES * IDMAP_COUNT;

	(void)state;
	assert_true(end <= (uint64_t)INT32_MAX + 1);
}

static void
what_is_given_back_is_taken_last(void **state)
{
	struct idmap_pool p;
	uint32_t first, other;

	(void)state;
	idmap_pool_init(&p);
	first = idmap_take(&p);
	idmap_give(&p, first);
	for (uint32_t i = 1; i < IDMAP_RANGES; i++) {
		other = idmap_take(&p);
		assert_int_not_equal(other, first);
	}
	assert_int_equal(idmap_take(&p), first);
}

/* As of a sandbox that the builder before had. */
static void
what_is_claimed_is_not_taken_again(void **state)
{
	static const uint32_t claimed[] = { 700, 0, 4094, 1, 3000 };
	struct idmap_pool p;
	uint32_t base;

	(void)state;
	idmap_pool_init(&p);
	for (size_t i = 0; i < 5; i++) {
		base = IDMAP_FIRST + claimed[i] * IDMAP_COUNT;
		assert_true(idmap_claim(&p, base));
		assert_false(idmap_claim(&p, base));
	}
	assert_false(idmap_claim(&p, IDMAP_FIRST + 1));
	assert_false(idmap_claim(&p, 0));
	assert_int_equal(p.count, IDMAP_RANGES - 5);
	while ((base = idmap_take(&p)) != 0) {
		for (size_t i = 0; i < 5; i++)
			assert_int_not_equal(base,
			    IDMAP_FIRST + claimed[i] * IDMAP_COUNT);
	}
}

static void
nothing_can_be_given_back(void **state)
{
	struct idmap_pool p;

	(void)state;
	idmap_pool_init(&p);
	idmap_give(&p, 0);
	assert_int_equal(p.count, IDMAP_RANGES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_do_not_overlap_and_end),
		cmocka_unit_test(the_last_id_is_positive_as_an_int),
		cmocka_unit_test(what_is_given_back_is_taken_last),
		cmocka_unit_test(what_is_claimed_is_not_taken_again),
		cmocka_unit_test(nothing_can_be_given_back),
	};

	return cmocka_run_group_tests_name("idmap", tests, NULL, NULL);
}
