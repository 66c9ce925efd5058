/* test_results.c - a result that cannot be written is kept until it can be. */
#include "tests/unit/played_monitor.h"

#include <stdio.h>
#include <sys/stat.h>

#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/seats/results.h"

struct fixture {
	struct played *p;
	char folder[64], path[80]; /* of mode 0700, and below it state_dir */
	int dir;
	struct db *other; /* another program's */
	struct seat *seat;
};

static int
begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct monitor *m;
	struct err e;
	void *played;

	assert_non_null(f);
	strcpy(f->folder, "/tmp/atoll-results-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/state", f->folder);
	assert_int_equal(mkdir(f->path, 0755), 0);
	played_begin(&played);
	f->p = played;
	m = &f->p->m;
	m->phase = SERVING;
	results_init(m);
	assert_int_equal(db_make(f->path, geteuid(), getegid(), &f->dir, &e),
	    0);
	m->writer = writer_start(&m->loop, db_open(f->dir, DB_WRITE, &e), &e);
	assert_non_null(m->writer);
	m->db = db_open(f->dir, DB_READ, &e);
	f->other = db_open(f->dir, DB_WRITE, &e);
	assert_non_null(m->db);
	assert_non_null(f->other);
	f->seat = played_seat(f->p, "alice", "c101", SEAT_LIVE);
	*state = f;
	return 0;
}

/* The writer's, which the monitor leaves open until it exits. */
static void
close_handle(uv_handle_t *h, void *arg)
{
	(void)arg;
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
	results_close(m);
	db_close(m->db);
	db_close(f->other);
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

/* From here on nothing can be written, or it can be again. */
static void
break_it(struct fixture *f)
{
	struct err e;

	assert_int_equal(
	    db_exec(f->other, "ALTER TABLE results RENAME TO away", &e), 0);
}

static void
mend_it(struct fixture *f)
{
	struct err e;

	assert_int_equal(
	    db_exec(f->other, "ALTER TABLE away RENAME TO results", &e), 0);
}

static void
keep(struct fixture *f, uint32_t points)
{
	struct msg_checked result = { .points = points, .most = 10 };

	result.text = "done";
	results_keep(&f->p->m, f->seat, &result);
}

static int64_t
number(struct fixture *f, const char *sql)
{
	int64_t n = -1;
	struct err e;

	assert_int_equal(db_number(f->p->m.db, sql, &n, &e), 0);
	return n;
}

static void
one_is_written_at_once(void **state)
{
	struct fixture *f = *state;

	keep(f, 7);
	while (f->p->m.results_waiting > 0)
		uv_run(&f->p->m.loop, UV_RUN_ONCE);
	assert_int_equal(number(f, "SELECT points FROM results"), 7);
}

static void
what_is_owed_is_written_once_it_can_be(void **state)
{
	struct fixture *f = *state;
	struct monitor *m = &f->p->m;

	break_it(f);
	keep(f, 7);
	while (STAILQ_EMPTY(&m->results_unkept))
		uv_run(&m->loop, UV_RUN_ONCE);
	keep(f, 9); /* waits behind it */
	assert_int_equal(m->results_waiting, 2);
	results_tick(m); /* too soon */
	assert_false(m->is_retrying_results);
	mend_it(f);
	m->results_retry_ms = 0; /* as after some seconds */
	results_tick(m);
	while (m->results_waiting > 0)
		uv_run(&m->loop, UV_RUN_ONCE);
	assert_int_equal(number(f, "SELECT tries FROM results"), 2);
	assert_int_equal(number(f, "SELECT points FROM results"), 9);
	assert_true(STAILQ_EMPTY(&m->results_unkept));
	assert_false(m->is_retrying_results);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_is_written_at_once, begin,
		    end),
		cmocka_unit_test_setup_teardown(
		    what_is_owed_is_written_once_it_can_be, begin, end),
	};

	return cmocka_run_group_tests_name("results", tests, NULL, NULL);
}
