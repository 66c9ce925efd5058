/* test_layout.c - the rows of atoll top: shares, order, and lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "gateway/admin/top/edit.h"
#include "gateway/admin/top/layout.h"

#define SECOND_US 1000000

/* An answer of these seats; the names are of the accounts. */
static void
answer(struct top_rows *r, struct msg_seat *seats, size_t count, int64_t at_us)
{
	struct answer a = { .seats = seats, .seat_count = count };
	struct err e;

	assert_int_equal(top_rows_take(r, &a, at_us, &e), 0);
}

static struct msg_seat
seat(const char *account, uint32_t sandbox, uint64_t cpu_us)
{
	struct msg_seat s = { .sandbox = sandbox,
		.cpu_us = cpu_us,
		.memory = 37 << 20,
		.memory_max = 256 << 20,
		.pids = 3,
		.pids_max = 64 };

	text_copy(s.account, sizeof(s.account), account);
	text_copy(s.lab, sizeof(s.lab), "c101");
	text_copy(s.state, sizeof(s.state), "live");
	return s;
}

static void
a_share_is_of_the_time_since_the_last_answer(void **state)
{
	struct top_rows r = { 0 };
	struct msg_seat first[] = { seat("bob", 7, 100), seat("eve", 3, 900) };
	struct msg_seat then[] = { seat("eve", 3, 900 + SECOND_US),
		seat("new", 9, 5), seat("bob", 7, 50) };

	(void)state;
	answer(&r, first, 2, SECOND_US);
	assert_int_equal(r.row[0].share, TOP_SHARE_UNKNOWN);
	answer(&r, then, 3, 3 * SECOND_US);
	assert_int_equal(r.row[0].share, 500);
	/* One that is new, and one whose count went down. */
	assert_int_equal(r.row[1].share, TOP_SHARE_UNKNOWN);
	assert_int_equal(r.row[2].share, TOP_SHARE_UNKNOWN);
	answer(&r, NULL, 0, 4 * SECOND_US);
	assert_int_equal(r.count, 0);
	top_rows_sort(&r, TOP_BY_CPU);
	answer(&r, first, 2, 5 * SECOND_US);
	top_rows_free(&r);
}

static void
order(struct top_rows *r, enum top_sort by, const char *names)
{
	char got[64] = "";

	top_rows_sort(r, by);
	for (size_t i = 0; i < r->count; i++)
		strcat(got, r->row[i].seat.account);
	assert_string_equal(got, names);
}

static void
rows_that_are_equal_do_not_change_places(void **state)
{
	struct top_rows r = { 0 };
	struct msg_seat s[] = { seat("c", 1, 0), seat("a", 2, 0),
		seat("b", 3, 0) };

	(void)state;
	s[0].hand = 20;
	s[2].hand = 10;
	s[1].memory++;
	s[2].idle = 1;
	answer(&r, s, 3, 1);
	order(&r, TOP_BY_CPU, "abc");
	order(&r, TOP_BY_MEMORY, "abc");
	order(&r, TOP_BY_IDLE, "bac");
	order(&r, TOP_BY_HANDS, "bca");
	order(&r, TOP_BY_NAME, "abc");
	assert_int_equal(r.hands, 2);
	assert_int_equal(top_rows_find(&r, "b", "c101"), 1);
	assert_int_equal(top_rows_find(&r, "b", "other"), -1);
	top_rows_free(&r);
}

static void
a_line_fits_and_nothing_in_it_is_obeyed(void **state)
{
	char line[TOP_LINE_SIZE], head[TOP_HEAD][TOP_LINE_SIZE];
	struct msg_seat s = seat("bob", 1, 0);
	struct top_rows r = { 0 };
	struct top_layout l;

	(void)state;
	memset(s.account, 'x', sizeof(s.account) - 1);
	s.hand = 40;
	text_copy(s.hand_text, TEXT_SIZE, "a\033[2J\n\342\200\256b");
	answer(&r, &s, 1, 1);
	for (unsigned columns = 0; columns < 300; columns++) {
		top_layout(&l, &r, columns);
		top_line(&l, &r.row[0], 100, line);
		assert_true(strlen(line) <= columns);
		assert_null(strpbrk(line, "\033\n"));
		assert_null(strstr(line, "\342\200\256"));
		top_detail(&l, &r.row[0], line);
		assert_true(strlen(line) <= columns);
		assert_null(strpbrk(line, "\033\n"));
		top_titles(&l, line);
		assert_true(strlen(line) <= columns);
		top_head(&l, &r, head);
		assert_true(strlen(head[0]) <= columns);
	}
	top_layout(&l, &r, 80);
	top_line(&l, &r.row[0], 100, line);
	assert_non_null(strstr(line, "xx... live "));
	assert_non_null(strstr(line, " 37M/256M     3/64     - 1m00s"));
	top_rows_free(&r);
}

static void
type(struct edit *e, const char *keys)
{
	for (; *keys != '\0'; keys++)
		assert_int_equal(edit_key(e, (unsigned char)*keys),
		    EDIT_GOES_ON);
}

static void
a_text_is_typed_and_mended(void **state)
{
	struct edit e = { 0 };

	(void)state;
	type(&e, "n\303\266\177o \001w");
	assert_string_equal(e.text, "no w");
	type(&e, "\025x\177\177");
	assert_string_equal(e.text, "");
	for (int i = 0; i < 2 * EDIT_SIZE; i++)
		type(&e, "y");
	assert_int_equal(strlen(e.text), EDIT_SIZE - 1);
	assert_int_equal(edit_key(&e, '\r'), EDIT_DONE);
	assert_int_equal(edit_key(&e, '\033'), EDIT_GIVEN_UP);
	assert_int_equal(edit_key(&e, 3), EDIT_GIVEN_UP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_share_is_of_the_time_since_the_last_answer),
		cmocka_unit_test(rows_that_are_equal_do_not_change_places),
		cmocka_unit_test(a_line_fits_and_nothing_in_it_is_obeyed),
		cmocka_unit_test(a_text_is_typed_and_mended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
