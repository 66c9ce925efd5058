/* test_diary_store.c - what a report is made of, in atoll.db. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/monitor/diary/diary_store.h"

struct fixture {
	char folder[64], path[80];
	int dir;
	struct db *db;
	struct err e;
	unsigned seen;
	struct msg_report_row last;
};

static int
begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	*state = f;
	strcpy(f->folder, "/tmp/atoll-diary-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/state", f->folder);
	assert_int_equal(db_make(f->path, geteuid(), getegid(), &f->dir, &f->e),
	    0);
	f->db = db_open(f->dir, DB_WRITE, &f->e);
	assert_non_null(f->db);
	return 0;
}

static int
end(void **state)
{
	static const char *const names[] = { DB_NAME, DB_NAME "-wal",
		DB_NAME "-shm" };
	struct fixture *f = *state;

	db_close(f->db);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlinkat(f->dir, names[i], 0);
	close(f->dir);
	rmdir(f->path);
	rmdir(f->folder);
	free(f);
	return 0;
}

static struct diary_row
row(enum diary_what what, const char *account, int64_t began)
{
	struct diary_row r = { .lab = "c101",
		.what = what,
		.began = began,
		.ended = began + 10 };

	text_copy(r.account, NAME_SIZE, account);
	return r;
}

static void
put(struct fixture *f, struct diary_row *r)
{
	struct diary_rows rows = STAILQ_HEAD_INITIALIZER(rows);

	STAILQ_INSERT_TAIL(&rows, r, next);
	if (diary_put(f->db, &rows, &f->e) == -1)
		fail_msg("%s", f->e.text);
}

static void
note(void *self, const struct msg *m)
{
	struct fixture *f = self;

	f->seen++;
	f->last = m->report_row;
}

/* How many there are of a page; the last of them in f->last. */
static unsigned
page(struct fixture *f, enum diary_what what, uint64_t since, uint64_t after)
{
	struct msg_admin_report ask = { .lab = "c101",
		.what = what,
		.since = since,
		.after = after };

	f->seen = 0;
	if (diary_page(f->db, &ask, note, f, &f->e) == -1)
		fail_msg("%s", f->e.text);
	return f->seen;
}

static void
what_is_put_is_read(void **state)
{
	struct fixture *f = *state;
	struct diary_row r = row(DIARY_VISIT, "alice", 1000);

	r.numbers.count = VISIT_NUMBERS;
	for (size_t i = 0; i < VISIT_NUMBERS; i++)
		r.numbers.at[i] = UINT64_MAX - i;
	put(f, &r);
	assert_int_equal(page(f, DIARY_VISIT, 0, 0), 1);
	assert_string_equal(f->last.account, "alice");
	assert_int_equal(f->last.began, 1000);
	assert_int_equal(f->last.ended, 1010);
	assert_int_equal(f->last.count, 1);
	assert_int_equal(f->last.numbers.count, VISIT_NUMBERS);
	for (size_t i = 0; i < VISIT_NUMBERS; i++)
		assert_true(f->last.numbers.at[i] == UINT64_MAX - i);
	assert_int_equal(page(f, DIARY_POINTS, 0, 0), 0);
	assert_int_equal(page(f, DIARY_VISIT, 1010, 0), 1);
	assert_int_equal(page(f, DIARY_VISIT, 1011, 0), 0);
	assert_int_equal(page(f, DIARY_VISIT, 0, f->last.id), 0);
	assert_int_equal(diary_knows(f->db, "c101", &f->e), 1);
	assert_int_equal(diary_knows(f->db, "c102", &f->e), 0);
}

static void
points_are_kept_when_they_change(void **state)
{
	static const uint64_t points[] = { 1, 1, 2, 2, 1, 1 };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		struct diary_row r =
		    row(DIARY_POINTS, "alice", 1000 + (int64_t)i);

		r.numbers =
		    (struct numbers){ .count = 2, .at = { points[i], 4 } };
		put(f, &r);
	}
	assert_int_equal(page(f, DIARY_POINTS, 0, 0), 3);
	assert_int_equal(f->last.numbers.at[0], 1);
}

static void
an_hour_s_refusals_are_one_row_for_each_reason(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 5; i++) {
		struct diary_row r = row(DIARY_REFUSED, "", 3600);

		r.times = 2;
		text_copy(r.text, TEXT_SIZE, i == 4 ? "frozen" : "closed");
		put(f, &r);
	}
	assert_int_equal(page(f, DIARY_REFUSED, 0, 0), 2);
	assert_int_equal(f->last.count, 2);
	assert_string_equal(f->last.text, "frozen");
}

static void
of_one_student_the_newest_stay_and_pages_are_cut(void **state)
{
	struct fixture *f = *state;
	struct diary_rows rows = STAILQ_HEAD_INITIALIZER(rows);
	static struct diary_row all[DIARY_EACH + 20];
	struct diary_row other = row(DIARY_VISIT, "bob", 1);

	for (int i = 0; i < DIARY_EACH + 20; i++) {
		all[i] = row(DIARY_VISIT, "alice", 1000 + i);
		STAILQ_INSERT_TAIL(&rows, &all[i], next);
	}
	assert_int_equal(diary_put(f->db, &rows, &f->e), 0);
	put(f, &other);
	assert_int_equal(page(f, DIARY_VISIT, 0, 0), DIARY_PAGE);
	assert_int_equal(page(f, DIARY_VISIT, 0, f->last.id),
	    DIARY_EACH + 1 - DIARY_PAGE);
	assert_string_equal(f->last.account, "bob");
	assert_int_equal(page(f, DIARY_VISIT, 1010 + 20, 0), DIARY_EACH);
}

static void
what_is_old_goes(void **state)
{
	struct fixture *f = *state;
	struct diary_row old = row(DIARY_HAND, "alice", 1000);
	struct diary_row fresh = row(DIARY_HAND, "alice", 2000);

	put(f, &old);
	put(f, &fresh);
	assert_int_equal(diary_forget(f->db, 1500, &f->e), 0);
	assert_int_equal(page(f, DIARY_HAND, 0, 0), 1);
	assert_int_equal(f->last.began, 2000);
}

/* Another program's, or a damaged file's. */
static void
rows_that_cannot_be_are_left_out(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    db_exec(f->db,
		"INSERT INTO diary (lab, what, account, began, ended, count,"
		" numbers, text, how) VALUES"
		" ('c101', 0, '<script>', 1, 2, 1, '1', '', ''),"
		" ('c101', 0, 'alice', 1, 2, 1, 'x 1 2', '', ''),"
		" ('c101', 0, 'bob', -1, -2, -1, '-1 1e9', '', '')",
		&f->e),
	    0);
	assert_int_equal(page(f, DIARY_VISIT, 0, 0), 1);
	assert_string_equal(f->last.account, "alice");
	assert_int_equal(f->last.numbers.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_put_is_read),
		TEST(points_are_kept_when_they_change),
		TEST(an_hour_s_refusals_are_one_row_for_each_reason),
		TEST(of_one_student_the_newest_stay_and_pages_are_cut),
		TEST(what_is_old_goes),
		TEST(rows_that_cannot_be_are_left_out),
	};

	return cmocka_run_group_tests_name("diary_store", tests, NULL, NULL);
}
