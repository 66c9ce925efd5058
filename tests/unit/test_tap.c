/* test_tap.c - the frames in which a terminal is copied. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/base/tap.h"

static void
what_is_added_is_read_again(void **state)
{
	static struct tap_packet p;
	const uint8_t *at = p.bytes;
	struct tap_frame f;
	unsigned rows, cols;
	uint32_t status, signal;
	uint64_t lost;
	size_t left;

	(void)state;
	tap_begin_packet(&p);
	assert_true(tap_add_size(&p, 5, 24, 80));
	assert_int_equal(tap_add_output(&p, TAP_OUTPUT, 7, "one", 3), 3);
	assert_int_equal(tap_add_output(&p, TAP_OUTPUT, 8, "two", 3), 3);
	assert_true(tap_add_lost(&p, 9, UINT64_C(5000000000)));
	assert_int_equal(tap_add_output(&p, TAP_OUTPUT, 10, "3", 1), 1);
	assert_true(tap_add_end(&p, 11, 2, 9));
	left = p.used;
	assert_int_equal(tap_next(&at, &left, &f), 1);
	assert_int_equal(f.kind, TAP_SIZE);
	assert_true(tap_read_size(&f, &rows, &cols));
	assert_int_equal(rows, 24);
	assert_int_equal(cols, 80);
	assert_int_equal(tap_next(&at, &left, &f), 1);
	assert_int_equal(f.kind, TAP_OUTPUT);
	assert_int_equal(f.at_ms, 7);
	assert_int_equal(f.length, 6);
	assert_memory_equal(f.bytes, "onetwo", 6);
	assert_int_equal(tap_next(&at, &left, &f), 1);
	assert_true(tap_read_lost(&f, &lost));
	assert_true(lost == UINT64_C(5000000000));
	assert_int_equal(tap_next(&at, &left, &f), 1);
	assert_int_equal(f.length, 1);
	assert_int_equal(tap_next(&at, &left, &f), 1);
	assert_true(tap_read_end(&f, &status, &signal));
	assert_int_equal(status, 2);
	assert_int_equal(signal, 9);
	assert_int_equal(tap_next(&at, &left, &f), 0);
}

static void
a_packet_takes_so_much_output_and_no_more(void **state)
{
	static struct tap_packet p;
	static const uint8_t bytes[2 * TAP_BYTES_MAX];
	const uint8_t *at = p.bytes;
	struct tap_frame f;
	size_t left;

	(void)state;
	tap_begin_packet(&p);
	assert_int_equal(
	    tap_add_output(&p, TAP_OUTPUT, 1, bytes, sizeof(bytes)),
	    TAP_BYTES_MAX);
	assert_int_equal(tap_add_output(&p, TAP_OUTPUT, 1, bytes, 1), 0);
	assert_int_equal(tap_add_output(&p, TAP_EARLIER, 1, bytes, 1), 0);
	/* What says how it ended has its place all the same. */
	assert_true(tap_add_end(&p, 1, 0, 0));
	left = p.used;
	assert_int_equal(tap_next(&at, &left, &f), 1);
	assert_int_equal(f.length, TAP_BYTES_MAX);
	assert_int_equal(tap_next(&at, &left, &f), 1);
	assert_int_equal(f.kind, TAP_END);
}

static void
what_is_no_frame_is_refused(void **state)
{
	static struct tap_packet p;
	struct tap_frame f;
	const uint8_t *at;
	unsigned rows, cols;
	size_t left;

	(void)state;
	tap_begin_packet(&p);
	tap_add(&p, TAP_SIZE, 1, "abc", 3);
	for (size_t cut = 1; cut < p.used; cut++) {
		at = p.bytes;
		left = cut;
		assert_int_equal(tap_next(&at, &left, &f), -1);
	}
	at = p.bytes;
	left = p.used;
	assert_int_equal(tap_next(&at, &left, &f), 1);
	assert_false(tap_read_size(&f, &rows, &cols)); /* it is too short */
	memset(p.bytes + 4, 0xff, 4);
	at = p.bytes;
	left = p.used;
	assert_int_equal(tap_next(&at, &left, &f), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_added_is_read_again),
		cmocka_unit_test(a_packet_takes_so_much_output_and_no_more),
		cmocka_unit_test(what_is_no_frame_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
