/* test_buf.c - the bytes of one message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/wire/buf.h"

static void
integers_are_little_endian(void **state)
{
	static const uint8_t wire[] = { 4, 3, 2, 1, 8, 7, 6, 5, 4, 3, 2, 1 };
	uint8_t bytes[sizeof(wire)];
	struct buf b;

	(void)state;
	buf_init(&b, bytes, sizeof(bytes));
	buf_put_u32(&b, 0x01020304);
	buf_put_u64(&b, 0x0102030405060708);
	assert_true(buf_ok(&b));
	assert_memory_equal(bytes, wire, sizeof(wire));
	buf_init(&b, bytes, sizeof(bytes));
	assert_int_equal(buf_get_u32(&b), 0x01020304);
	assert_true(buf_get_u64(&b) == 0x0102030405060708);
	assert_true(buf_ok(&b));
}

static void
writing_past_the_end_fails_and_writes_nothing(void **state)
{
	uint8_t bytes[8];
	struct buf b;

	(void)state;
	memset(bytes, 0xaa, sizeof(bytes));
	buf_init(&b, bytes, 7);
	buf_put_u64(&b, 1);
	assert_true(b.failed);
	buf_put_u32(&b, 1); /* would fit, but errors stick */
	for (size_t i = 0; i < sizeof(bytes); i++)
		assert_int_equal(bytes[i], 0xaa);
}

static void
reading_past_the_end_fails_and_gives_zero(void **state)
{
	uint8_t bytes[7];
	struct buf b;

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	buf_init(&b, bytes, sizeof(bytes));
	assert_true(buf_get_u64(&b) == 0);
	assert_int_equal(buf_get_u32(&b), 0);
	assert_true(b.failed);
	assert_false(buf_ok(&b));
}

static void
bytes_that_nobody_read_are_an_error(void **state)
{
	uint8_t bytes[8] = { 0 };
	struct buf b;

	(void)state;
	buf_init(&b, bytes, sizeof(bytes));
	buf_get_u32(&b);
	assert_false(b.failed);
	assert_false(buf_ok(&b));
}

static void
a_run_longer_than_its_room_is_refused(void **state)
{
	uint8_t bytes[64], to[9] = "untouched";
	struct buf b;

	(void)state;
	buf_init(&b, bytes, sizeof(bytes));
	buf_put_bytes(&b, "123456789", 9);
	b.size = b.at;
	b.at = 0;
	assert_int_equal(buf_get_bytes(&b, to, 8), 0);
	assert_true(b.failed);
	assert_memory_equal(to, "untouched", 9);
}

static void
a_run_longer_than_the_message_is_refused(void **state)
{
	static const uint32_t lengths[] = { 5, 0x7fffffff, 0xfffffffc,
		0xffffffff };
	uint8_t bytes[8], to[8];
	struct buf b;

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		buf_init(&b, bytes, sizeof(bytes));
		buf_put_u32(&b, lengths[i]);
		b.at = 0;
		assert_int_equal(buf_get_bytes(&b, to, SIZE_MAX), 0);
		assert_true(b.failed);
	}
}

static void
a_text_is_terminated_and_may_fill_its_room(void **state)
{
	uint8_t bytes[16];
	char to[5] = "xxxx";
	struct buf b;

	(void)state;
	buf_init(&b, bytes, sizeof(bytes));
	buf_put_bytes(&b, "abcd", 4);
	b.size = b.at;
	b.at = 0;
	buf_get_text(&b, to, sizeof(to));
	assert_true(buf_ok(&b));
	assert_string_equal(to, "abcd");
	b.at = 0;
	buf_get_text(&b, to, sizeof(to) - 1);
	assert_true(b.failed);
	assert_string_equal(to, "");
}

static void
a_text_with_nul_inside_is_refused(void **state)
{
	uint8_t bytes[16];
	char to[8] = "x";
	struct buf b;

	(void)state;
	buf_init(&b, bytes, sizeof(bytes));
	buf_put_bytes(&b, "ab\0cd", 5);
	b.size = b.at;
	b.at = 0;
	buf_get_text(&b, to, sizeof(to));
	assert_true(b.failed);
	assert_string_equal(to, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_little_endian),
		cmocka_unit_test(writing_past_the_end_fails_and_writes_nothing),
		cmocka_unit_test(reading_past_the_end_fails_and_gives_zero),
		cmocka_unit_test(bytes_that_nobody_read_are_an_error),
		cmocka_unit_test(a_run_longer_than_its_room_is_refused),
		cmocka_unit_test(a_run_longer_than_the_message_is_refused),
		cmocka_unit_test(a_text_is_terminated_and_may_fill_its_room),
		cmocka_unit_test(a_text_with_nul_inside_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
