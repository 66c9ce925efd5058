/* test_buffers.c - when a socket's buffers are more than a lab allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "sandbox/builder/hostcheck/buffers.h"

#define M (UINT64_C(1) << 20)

static void
with_version_2_all_of_the_memory_may_be_buffers(void **state)
{
	(void)state;
	assert_int_equal(buffers_pages(256 * M, true, 4096), 65536);
	assert_int_equal(buffers_pages(256 * M, false, 4096), 16384);
}

static void
the_kernels_default_is_content(void **state)
{
	static struct host_rows f;

	(void)state;
	buffers_row(&f, "receive buffers", "net.core.rmem_max", 212992, 64 * M);
	assert_int_equal(f.at[0].level, LEVEL_OK);
	assert_string_equal(f.at[0].found,
	    "net.core.rmem_max = 212992: one socket holds up to 416K; the"
	    " smallest lab, with 64M of memory, may fill 16384K before it is"
	    " ended");
}

static void
more_than_the_smallest_lab_may_have_is_a_warning_with_its_cure(void **state)
{
	static struct host_rows f;

	(void)state;
	/* The kernel doubles: 8 MiB are 16, which is just what it may have. */
	buffers_row(&f, "send buffers", "net.core.wmem_max", 8 * M, 64 * M);
	assert_int_equal(f.at[0].level, LEVEL_OK);
	buffers_row(&f, "send buffers", "net.core.wmem_max", 8 * M + 1, 64 * M);
	assert_int_equal(f.at[1].level, LEVEL_WARNING);
	assert_non_null(
	    strstr(f.at[1].cure, "sysctl -w net.core.wmem_max=8388608 or"));
	/* A large lab may have more. */
	buffers_row(&f, "send buffers", "net.core.wmem_max", 8 * M + 1,
	    512 * M);
	assert_int_equal(f.at[2].level, LEVEL_OK);
	assert_true(host_rows_are_good(&f));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    with_version_2_all_of_the_memory_may_be_buffers),
		cmocka_unit_test(the_kernels_default_is_content),
		cmocka_unit_test(
		    more_than_the_smallest_lab_may_have_is_a_warning_with_its_cure),
	};

	return cmocka_run_group_tests_name("buffers", tests, NULL, NULL);
}
