/* writer.c - the thread that changes atoll.db. */
#include "gateway/monitor/accounts/writer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "gateway/base/thread_mask.h"

struct change {
	STAILQ_ENTRY(change) next;
	writer_work *work;
	writer_done *done;
	void *data;
	int rc;
	struct err e;
};

STAILQ_HEAD(changes, change);

struct writer {
	struct db *db; /* owned; the thread's while it runs */
	uv_thread_t thread;
	uv_async_t finished_some;
	uv_mutex_t lock; /* of what follows */
	uv_cond_t asked;
	struct changes wanted, finished;
	bool is_stopping;
	unsigned pending; /* the loop's own count */
};

/* IMMEDIATE takes the lock at the start: a transaction that reads first is told
 * SQLITE_BUSY when it writes after another has, without any wait
 * (sqlite.org/lang_transaction.html). */
static int
try_change(struct db *db, struct change *c)
{
	struct err ignored;

	if (db_exec(db, "BEGIN IMMEDIATE", &c->e) == -1)
		return -1;
	if (c->work(db, c->data, &c->e) == 0 &&
	    db_exec(db, "COMMIT", &c->e) == 0)
		return 0;
	db_exec(db, "ROLLBACK", &ignored);
	return -1;
}

/* The next one, or NULL when there will be none. */
static struct change *
wait_for_work(struct writer *w)
{
	struct change *c;

	uv_mutex_lock(&w->lock);
	while (STAILQ_EMPTY(&w->wanted) && !w->is_stopping)
		uv_cond_wait(&w->asked, &w->lock);
	c = STAILQ_FIRST(&w->wanted);
	if (c != NULL)
		STAILQ_REMOVE_HEAD(&w->wanted, next);
	uv_mutex_unlock(&w->lock);
	return c;
}

static void
run(void *self)
{
	struct writer *w = self;
	struct change *c;

	while ((c = wait_for_work(w)) != NULL) {
		c->rc = try_change(w->db, c);
		uv_mutex_lock(&w->lock);
		STAILQ_INSERT_TAIL(&w->finished, c, next);
		uv_mutex_unlock(&w->lock);
		uv_async_send(&w->finished_some);
	}
}

/* One async may stand for several changes: libuv joins those sent before it
 * runs (uv_async_send()).  So all that are finished are taken. */
static void
on_finished(uv_async_t *handle)
{
	struct writer *w = handle->data;
	struct changes all = STAILQ_HEAD_INITIALIZER(all);
	struct change *c;

	uv_mutex_lock(&w->lock);
	STAILQ_CONCAT(&all, &w->finished);
	uv_mutex_unlock(&w->lock);
	while ((c = STAILQ_FIRST(&all)) != NULL) {
		STAILQ_REMOVE_HEAD(&all, next);
		w->pending--;
		c->done(c->data, c->rc == 0 ? NULL : &c->e);
		free(c);
	}
}

struct writer *
writer_start(uv_loop_t *loop, struct db *db, struct err *e)
{
	struct writer *w = calloc(1, sizeof(*w));
	sigset_t before;
	int rc;

	if (w == NULL || uv_mutex_init(&w->lock) != 0 ||
	    uv_cond_init(&w->asked) != 0 ||
	    uv_async_init(loop, &w->finished_some, on_finished) != 0) {
		db_close(db);
		err_set(e, ENOMEM, "thread of " DB_NAME);
		return NULL; /* atolld ends with that */
	}
	w->db = db;
	w->finished_some.data = w;
	STAILQ_INIT(&w->wanted);
	STAILQ_INIT(&w->finished);
	thread_mask_begin(&before);
	rc = uv_thread_create(&w->thread, run, w);
	thread_mask_end(&before);
	if (rc != 0) {
		db_close(db);
		err_set(e, EAGAIN, "thread of " DB_NAME);
		return NULL;
	}
	return w;
}

void
writer_add(struct writer *w, writer_work *work, writer_done *done, void *data)
{
	struct change *c = calloc(1, sizeof(*c));

	/* As in arena.c: a change that was promised cannot be left out. */
	if (c == NULL) {
		fprintf(stderr,
		    "<3>out of memory for a change of " DB_NAME "\n");
		abort();
	}
	*c = (struct change){ .work = work, .done = done, .data = data };
	w->pending++;
	uv_mutex_lock(&w->lock);
	STAILQ_INSERT_TAIL(&w->wanted, c, next);
	uv_cond_signal(&w->asked);
	uv_mutex_unlock(&w->lock);
}

uint64_t
writer_errors(const struct writer *w)
{
	return w == NULL ? 0 : db_errors(w->db);
}

bool
writer_is_idle(const struct writer *w)
{
	return w->pending == 0;
}

void
writer_stop(struct writer *w)
{
	uv_mutex_lock(&w->lock);
	w->is_stopping = true;
	uv_cond_signal(&w->asked);
	uv_mutex_unlock(&w->lock);
	uv_thread_join(&w->thread);
	/* The loop does not run any more, and would not call it. */
	on_finished(&w->finished_some);
	db_close(w->db);
	w->db = NULL;
}
