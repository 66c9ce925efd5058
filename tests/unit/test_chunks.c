/* test_chunks.c - where a body in chunks ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/publish/chunks.h"

#define BEHIND "GET /second HTTP/1.1\r\n"

/* In pieces of so many bytes, each on the heap, so that the sanitizer sees who reads
 * beyond; what of it is the body's. */
static size_t
take(struct chunks *c, const char *bytes, size_t size, size_t piece)
{
	size_t at = 0, got = 0;

	*c = (struct chunks){ 0 };
	while (at < size) {
		size_t n = size - at < piece ? size - at : piece;
		char *copy = malloc(n);

		assert_non_null(copy);
		memcpy(copy, bytes + at, n);
		got += chunks_take(c, copy, n);
		free(copy);
		at += n;
	}
	return got;
}

static void
expect(const char *body)
{
	char all[1024];
	struct chunks c;

	snprintf(all, sizeof(all), "%s%s", body, BEHIND);
	for (size_t piece = 1; piece <= strlen(all); piece++) {
		assert_int_equal(take(&c, all, strlen(all), piece),
		    strlen(body));
		assert_int_equal(c.state, CHUNKS_END);
	}
}

static void
refuse(const char *body)
{
	struct chunks c;

	for (size_t piece = 1; piece <= strlen(body); piece++) {
		take(&c, body, strlen(body), piece);
		assert_int_equal(c.state, CHUNKS_BAD);
	}
}

static void
what_follows_the_end_is_not_of_it(void **state)
{
	(void)state;
	expect("0\r\n\r\n");
	expect("3\r\nabc\r\n0\r\n\r\n");

	expect("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n");
	expect("3;name=\"a;b\"\r\nabc\r\n0 ;x\r\n\r\n");
	expect("0\r\nX-Sum: 1\r\nX: \t2\r\n\r\n");
}

static void
what_two_programs_could_read_in_two_ways_is_refused(void **state)
{
	static const char *const bad[] = { "\r\n", "x\r\n", "-1\r\n", "+3\r\n",
		" 3\r\n", "0x3\r\n", "3\nabc", "3\rabc", "3\r\r\n", "3;a\nabc",
		"3\r\nabcd\r\n", "3\r\nabc\n0\r\n\r\n", "3\r\nabc\r0\r\n",
		"0\r\nX: 1\n\r\n", "0\n\r\n", "0\r\n\n", "0\r\n\rX",
		"3;a\x01\r\n", "0\r\nX\x7f\r\n\r\n", "1000000000000000\r\n",
		"0000000000000001\r\na\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse(bad[i]);
}

static void
nothing_more_is_taken_of_what_is_refused(void **state)
{
	struct chunks c = { 0 };

	(void)state;
	assert_int_equal(chunks_take(&c, "3\r\nabcdef", 9), 7);
	assert_int_equal(c.state, CHUNKS_BAD);
	assert_int_equal(chunks_take(&c, "0\r\n\r\n", 5), 0);
}

/* The last byte that is allowed, and the first that is not. */
static void
endless(const char *before, size_t most)
{
	size_t size = strlen(before);
	char *all = malloc(size + most + 1);
	struct chunks c;

	assert_non_null(all);
	for (size_t i = 0; i < size + most + 1; i++)
		all[i] = i < size ? before[i] : 'a';
	take(&c, all, size + most, 1000);
	assert_int_not_equal(c.state, CHUNKS_BAD);
	take(&c, all, size + most + 1, 1000);
	assert_int_equal(c.state, CHUNKS_BAD);
	free(all);
}

static void
lines_have_an_end(void **state)
{
	(void)state;
	/* The digits count, and the ";" does not. */
	endless("1;", CHUNKS_LINE_MAX - 1);
	endless("0\r\n", CHUNKS_TRAILER_MAX);
	endless("0\r\nX: 1234567\r\n", CHUNKS_TRAILER_MAX - 10);
}

static void
a_chunk_may_be_longer_than_any_memory(void **state)
{
	struct chunks c = { 0 };
	char zeros[1000] = { 0 };

	(void)state;
	assert_int_equal(chunks_take(&c, "fffffffffffffff\r\n", 17), 17);
	assert_int_equal(chunks_take(&c, zeros, sizeof(zeros)), sizeof(zeros));
	assert_int_equal(c.state, CHUNKS_DATA);
	assert_true(c.left == 0xfffffffffffffff - sizeof(zeros));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_follows_the_end_is_not_of_it),
		cmocka_unit_test(
		    what_two_programs_could_read_in_two_ways_is_refused),
		cmocka_unit_test(nothing_more_is_taken_of_what_is_refused),
		cmocka_unit_test(lines_have_an_end),
		cmocka_unit_test(a_chunk_may_be_longer_than_any_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
