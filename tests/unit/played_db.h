/* played_db.h - a played monitor with an atoll.db of its own. */
#ifndef ATOLL_TESTS_UNIT_PLAYED_DB_H
#define ATOLL_TESTS_UNIT_PLAYED_DB_H

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

static inline int
kept_begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct monitor *m;
	struct err e;
	void *played;

	assert_non_null(f);
	strcpy(f->folder, "/tmp/atoll-kept-XXXXXX");
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
static inline void
close_handle(uv_handle_t *h, void *arg)
{
	(void)arg;
	uv_close(h, NULL);
}

static inline int
kept_end(void **state)
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

static inline int64_t
number(struct fixture *f, const char *sql)
{
	int64_t n = -1;
	struct err e;

	assert_int_equal(db_number(f->p->m.db, sql, &n, &e), 0);
	return n;
}

#endif
