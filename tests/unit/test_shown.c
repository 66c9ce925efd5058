/* test_shown.c - the last bytes that a terminal has shown, by their number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/web/shown.h"

/* The byte of a number, which no neighbour has. */
static char
byte_of(uint64_t number)
{
	return (char)(number % 251);
}

/* As much as there is room for; how much that was. */
static size_t
fill(struct shown *s)
{
	size_t room, all = 0;
	char *to;

	while ((to = shown_room(s, &room)) != NULL && room > 0) {
		for (size_t i = 0; i < room; i++)
			to[i] = byte_of(s->end + i);
		shown_add(s, room);
		all += room;
	}
	return all;
}

/* All from that number on is there, in two pieces at most. */
static void
expect_from(const struct shown *s, uint64_t number)
{
	unsigned pieces = 0;

	while (number < s->end) {
		size_t n;
		const char *bytes = shown_from(s, number, &n);

		assert_non_null(bytes);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(bytes[i], byte_of(number + i));
		number += n;
		pieces++;
	}
	assert_true(pieces <= 2);
}

static void
before_it_begins_there_is_nothing(void **state)
{
	struct shown s = { 0 };
	size_t n;

	(void)state;
	assert_null(shown_room(&s, &n));
	assert_int_equal(n, 0);
	assert_null(shown_from(&s, 0, &n));
	shown_free(&s);
}

static void
what_no_page_has_is_not_forgotten(void **state)
{
	struct shown s = { 0 };

	(void)state;
	assert_int_equal(shown_begin(&s), 0);
	assert_int_equal(fill(&s), SHOWN_SIZE);
	assert_int_equal(fill(&s), 0);
	expect_from(&s, 0);
	assert_true(shown_take_seen(&s, 1000));
	assert_int_equal(fill(&s), 1000);
	assert_int_equal(shown_first(&s), 1000);
	expect_from(&s, 1000);
	for (uint64_t n = 5000; n < 9 * SHOWN_SIZE; n += 7919) {
		assert_true(shown_take_seen(&s, n));
		fill(&s);
		assert_int_equal(s.end, n + SHOWN_SIZE);
		expect_from(&s, shown_first(&s));
	}
	shown_free(&s);
}

static void
what_is_not_kept_is_not_given(void **state)
{
	struct shown s = { 0 };
	size_t n;

	(void)state;
	assert_int_equal(shown_begin(&s), 0);
	fill(&s);
	assert_true(shown_take_seen(&s, SHOWN_SIZE));
	fill(&s);
	assert_null(shown_from(&s, SHOWN_SIZE - 1, &n));
	assert_null(shown_from(&s, s.end, &n));
	assert_null(shown_from(&s, UINT64_MAX, &n));
	assert_int_equal(n, 0);
	shown_free(&s);
}

static void
a_page_cannot_have_what_was_not_shown(void **state)
{
	struct shown s = { 0 };

	(void)state;
	assert_int_equal(shown_begin(&s), 0);
	assert_false(shown_take_seen(&s, 1));
	assert_true(shown_take_seen(&s, 0));
	fill(&s);
	assert_true(shown_take_seen(&s, 10));
	/* One that was loaded anew has less, and that frees nothing. */
	assert_true(shown_take_seen(&s, 0));
	assert_int_equal(s.seen, 10);
	assert_false(shown_take_seen(&s, UINT64_MAX));
	shown_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_it_begins_there_is_nothing),
		cmocka_unit_test(what_no_page_has_is_not_forgotten),
		cmocka_unit_test(what_is_not_kept_is_not_given),
		cmocka_unit_test(a_page_cannot_have_what_was_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
