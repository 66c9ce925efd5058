/* test_roster.c - accounts are made, or it is only tried whether they could be. */
#include "tests/unit/played_monitor.h"

#include <stdio.h>
#include <sys/stat.h>

#include "gateway/monitor/accounts/roster.h"
#include "gateway/monitor/accounts/writer.h"

struct fixture {
	struct played *p;
	char folder[64], path[80]; /* of mode 0700, and below it state_dir */
	int dir;
	struct db *other; /* another program's */
	struct client tool;
	int end_of_tool; /* of its link */
};

static int
begin(void **state)
{
	static const struct link_kind admin = { .peer = ADMIN,
		.queue_max = LINK_QUEUE_TRUSTED,
		.handlers = played_handlers };
	struct fixture *f = calloc(1, sizeof(*f));
	struct monitor *m;
	struct err e;
	void *played;
	int ends[2];

	assert_non_null(f);
	strcpy(f->folder, "/tmp/atoll-roster-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/state", f->folder);
	assert_int_equal(mkdir(f->path, 0755), 0);
	played_begin(&played);
	f->p = played;
	m = &f->p->m;
	m->phase = SERVING;
	assert_int_equal(db_make(f->path, geteuid(), getegid(), &f->dir, &e),
	    0);
	m->writer = writer_start(&m->loop, db_open(f->dir, DB_WRITE, &e), &e);
	assert_non_null(m->writer);
	m->db = db_open(f->dir, DB_READ, &e);
	f->other = db_open(f->dir, DB_WRITE, &e);
	assert_non_null(m->db);
	assert_non_null(f->other);
	TAILQ_INIT(&m->clients);
	assert_int_equal(chan_pair(ends, &e), 0);
	assert_int_equal(chan_nonblock(ends[0], &e), 0);
	assert_int_equal(chan_nonblock(ends[1], &e), 0);
	f->tool.link = link_open(&m->loop, ends[0], &admin, NULL, &e);
	assert_non_null(f->tool.link);
	f->tool.number = 1;
	f->end_of_tool = ends[1];
	client_add(m, &f->tool);
	*state = f;
	return 0;
}

/* The writer's, which the monitor leaves open until it exits. */
static void
close_handle(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

static int
end(void **state)
{
	static const char *const names[] = { DB_NAME, DB_NAME "-wal",
		DB_NAME "-shm" };
	struct fixture *f = *state;
	struct monitor *m = &f->p->m;
	void *played = f->p;
	char path[128];

	writer_stop(m->writer);
	db_close(m->db);
	db_close(f->other);
	link_forget(f->tool.link);
	close(f->end_of_tool);
	uv_walk(&m->loop, close_handle, NULL);
	uv_run(&m->loop, UV_RUN_DEFAULT);
	free(m->writer);
	played_end(&played);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->path, names[i]);
		unlink(path);
	}
	rmdir(f->path);
	rmdir(f->folder);
	close(f->dir);
	free(f);
	return 0;
}

/* That tool asks for an account of this name, in line 3 of its list. */
static void
ask(struct fixture *f, const char *name, bool rehearse)
{
	struct msg m;

	MSG_NEW(&m, ACCOUNT_NEW, account_new);
	m.account_new.line = 3;
	text_copy(m.account_new.name, NAME_SIZE, name);
	m.account_new.key = "";
	m.account_new.groups = "c101";
	m.account_new.time_factor = TIME_FACTOR_NONE;
	roster_new(&f->tool, &m);
	MSG_NEW(&m, ACCOUNTS_MAKE, accounts_make);
	m.accounts_make.rehearse = rehearse;
	roster_make(&f->tool, &m);
}

/* What the tool hears next, as soon as it does. */
static void
hear(struct fixture *f, struct msg *m)
{
	const struct chan c = { f->end_of_tool, ADMIN, MONITOR };
	enum chan_got got;
	struct err e;

	while ((got = chan_recv(&c, m, &e)) == CHAN_EMPTY)
		uv_run(&f->p->m.loop, UV_RUN_ONCE);
	assert_int_equal(got, CHAN_MESSAGE);
}

static void
expect_end(struct fixture *f, uint32_t status, const char *text)
{
	struct msg m;

	hear(f, &m);
	assert_int_equal(m.type, MSG_ADMIN_END);
	assert_int_equal(m.admin_end.status, status);
	assert_string_equal(m.admin_end.text, text);
}

static int64_t
number(struct fixture *f, const char *sql)
{
	int64_t n = -1;
	struct err e;

	assert_int_equal(db_number(f->p->m.db, sql, &n, &e), 0);
	return n;
}

#define COUNT "SELECT count(*) FROM accounts"

static void
a_rehearsal_that_goes_well_changes_nothing(void **state)
{
	struct fixture *f = *state;

	ask(f, "alice", true);
	expect_end(f, 0, "");
	assert_int_equal(number(f, COUNT), 0);
	ask(f, "alice", false);
	expect_end(f, 0, "");
	assert_int_equal(number(f, COUNT), 1);
}

static void
a_rehearsal_tells_what_is_wrong(void **state)
{
	struct fixture *f = *state;
	struct msg m;

	ask(f, "alice", false);
	expect_end(f, 0, "");
	ask(f, "alice", true);
	hear(f, &m);
	assert_int_equal(m.type, MSG_ACCOUNT_WRONG);
	assert_int_equal(m.account_wrong.line, 3);
	assert_string_equal(m.account_wrong.reason,
	    "there is an account alice already");
	expect_end(f, 1, "nothing was changed");
}

/* It is no good rehearsal because it takes back what it did. */
static void
a_rehearsal_fails_where_nothing_can_be_written(void **state)
{
	struct fixture *f = *state;
	struct err e;
	struct msg m;

	assert_int_equal(
	    db_exec(f->other, "ALTER TABLE accounts RENAME TO away", &e), 0);
	ask(f, "alice", true);
	hear(f, &m);
	assert_int_equal(m.type, MSG_ADMIN_END);
	assert_int_equal(m.admin_end.status, 1);
	assert_string_equal(m.admin_end.text,
	    "atoll.db: no such table: accounts");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_rehearsal_that_goes_well_changes_nothing),
		TEST(a_rehearsal_tells_what_is_wrong),
		TEST(a_rehearsal_fails_where_nothing_can_be_written),
	};

	return cmocka_run_group_tests_name("roster", tests, NULL, NULL);
}
