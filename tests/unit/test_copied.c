/* test_copied.c - who handed in another's secret is found. */
#include "tests/unit/played_db.h"

#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/seats/copied.h"
#include "gateway/monitor/seats/copied_store.h"

/* Words have blanks between them. */
static void
fill(struct strings *s, char room[STRINGS_SIZE], const char *words)
{
	char word[256];

	*s = strings_in(room, STRINGS_SIZE);
	for (; sscanf(words, " %255s", word) == 1;
	     words = strstr(words, word) + strlen(word))
		assert_true(strings_add(s, word));
}

/* A check of that seat names them; false: no check can. */
static bool
check(struct fixture *f, struct seat *s, const char *own, const char *foreign)
{
	static char rooms[2][STRINGS_SIZE];
	struct msg_checked m = { .points = 1, .most = 1, .text = "" };
	bool rc;

	fill(&m.secrets, rooms[0], own);
	fill(&m.foreign, rooms[1], foreign);
	rc = copied_take(s, &m);
	while (!writer_is_idle(f->p->m.writer))
		uv_run(&f->p->m.loop, UV_RUN_ONCE);
	return rc;
}

static struct seat *
seat(struct fixture *f, const char *account, const char *lab)
{
	struct seat *s = played_seat(f->p, account, lab, SEAT_LIVE);

	copied_fill(s);
	return s;
}

static int64_t
pairs(struct fixture *f, const char *account, const char *owner)
{
	char sql[200];

	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM copied WHERE account LIKE '%s'"
	    " AND owner LIKE '%s'",
	    account, owner);
	return number(f, sql);
}

static void
it_is_found_whoever_is_checked_first(void **state)
{
	struct fixture *f = *state;
	struct seat *bob = seat(f, "bob", "c101");
	struct seat *eve = seat(f, "eve", "c101");

	assert_true(check(f, bob, "flag{bob-1} flag{bob-2}", ""));
	assert_true(check(f, eve, "flag{eve-1}", "flag{bob-2}"));
	assert_int_equal(pairs(f, "eve", "bob"), 1);
	assert_true(check(f, bob, "flag{bob-1} flag{bob-2}", "flag{ann-1}"));
	assert_int_equal(pairs(f, "%", "%"), 1);
	assert_true(check(f, seat(f, "ann", "c101"), "flag{ann-1}", ""));
	assert_int_equal(pairs(f, "bob", "ann"), 1);
	assert_int_equal(pairs(f, "%", "%"), 2);
	assert_int_equal(
	    number(f, "SELECT count(*) FROM secrets WHERE length(mac) <> 16"),
	    0);
}

/* An older sandbox of one's own, a wrong guess, and another lab's. */
static void
what_is_nobodys_is_not_told(void **state)
{
	struct fixture *f = *state;
	struct seat *bob = seat(f, "bob", "c101");

	check(f, seat(f, "ann", "other"), "flag{ann-1}", "");
	check(f, bob, "flag{monday}", "");
	check(f, bob, "flag{tuesday}", "flag{monday} flag{guess} flag{ann-1}");
	check(f, bob, "flag{guess}", "");
	assert_int_equal(pairs(f, "%", "%"), 0);
}

/* Who claims what was copied before is no owner of it. */
static void
it_is_the_firsts(void **state)
{
	struct fixture *f = *state;
	struct seat *eve = seat(f, "eve", "c101");
	struct err e;

	check(f, seat(f, "bob", "c101"), "flag{bob-1}", "");
	check(f, eve, "", "flag{bob-1}");
	assert_int_equal(
	    db_exec(f->other, "UPDATE secrets SET first = first - 60", &e), 0);
	check(f, eve, "flag{bob-1}", "");
	check(f, seat(f, "ann", "c101"), "", "flag{bob-1}");
	assert_int_equal(pairs(f, "ann", "bob"), 1);
	assert_int_equal(pairs(f, "ann", "eve"), 0);
}

static void
a_seat_has_so_many_and_no_more(void **state)
{
	struct fixture *f = *state;
	struct seat *bob = seat(f, "bob", "c101");
	char words[64];

	for (int i = 0; i < OWN_KEPT_MAX + 10; i++) {
		copied_fill(bob);
		snprintf(words, sizeof(words), "flag{number-%d}", i);
		check(f, bob, words, "");
	}
	assert_int_equal(number(f, "SELECT count(*) FROM secrets"),
	    OWN_KEPT_MAX);
}

static void
words_that_change_all_the_time_wait(void **state)
{
	struct fixture *f = *state;
	struct seat *bob = seat(f, "bob", "c101");
	char words[64];

	for (int i = 0; i < 20; i++) {
		snprintf(words, sizeof(words), "flag{number-%d}", i);
		assert_true(check(f, bob, words, ""));
	}
	assert_int_equal(number(f, "SELECT count(*) FROM secrets"), 5);
}

static void
what_no_check_can_name_is_refused(void **state)
{
	struct fixture *f = *state;
	struct seat *bob = seat(f, "bob", "c101");
	char words[64 * 12] = "";

	assert_false(check(f, bob, "short", ""));
	assert_false(check(f, bob, "", "flag{\033[2J}"));
	for (int i = 0; i <= SECRET_WORDS_MAX; i++)
		sprintf(words + strlen(words), "number-%d ", 10 + i);
	assert_false(check(f, bob, words, ""));
	assert_int_equal(number(f, "SELECT count(*) FROM secrets"), 0);
}

static void
a_new_account_of_the_name_begins_anew(void **state)
{
	struct fixture *f = *state;
	struct err e;

	check(f, seat(f, "bob", "c101"), "flag{bob-1}", "");
	check(f, seat(f, "eve", "c101"), "flag{eve-1}", "flag{bob-1}");
	assert_int_equal(accounts_begin(f->other, "bob", &e), 0);
	assert_int_equal(pairs(f, "%", "%"), 0);
	assert_int_equal(number(f, "SELECT count(*) FROM secrets"), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kept_begin, kept_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_found_whoever_is_checked_first),
		TEST(what_is_nobodys_is_not_told),
		TEST(it_is_the_firsts),
		TEST(a_seat_has_so_many_and_no_more),
		TEST(words_that_change_all_the_time_wait),
		TEST(what_no_check_can_name_is_refused),
		TEST(a_new_account_of_the_name_begins_anew),
	};

	return cmocka_run_group_tests_name("copied", tests, NULL, NULL);
}
