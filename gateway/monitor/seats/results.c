/* results.c - the results of checks. */
#include "gateway/monitor/seats/results.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "gateway/monitor/accounts/writer.h"

/* Results that wait to be written: a disk that does not keep up must not fill
 * the memory.  A class whose students all check at once is far below. */
#define WAITING_MAX 2000

#define RETRY_MS 2000 /* between two tries while nothing can be written */

struct result {
	STAILQ_ENTRY(result) next; /* in results_unkept */
	struct monitor *monitor;
	bool has_failed;
	char account[NAME_SIZE], lab[NAME_SIZE];
	int64_t time; /* seconds since the epoch */
	uint32_t points, most;
	char text[LINE_SIZE];
	struct log_tag tag; /* of the seat, which may have gone */
};

/* An instructor may change a check, and with it the points that can be had: the
 * best result is the one with the largest part of them; of two that are equal,
 * the first.  Compared by products, as a quotient would be rounded. */
static const char keep_sql[] =
    "INSERT INTO results (lab, account, points, most, time, text,"
    " best_points, best_most, best_time, tries)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?3, ?4, ?5, 1)"
    " ON CONFLICT (lab, account) DO UPDATE SET"
    " best_time = iif(?3 * best_most > best_points * ?4, ?5, best_time),"
    " best_points = iif(?3 * best_most > best_points * ?4, ?3, best_points),"
    " best_most = iif(?3 * best_most > best_points * ?4, ?4, best_most),"
    /* A result that had to wait may be written after a later one. */
    " points = iif(?5 >= time, ?3, points), most = iif(?5 >= time, ?4, most),"
    " text = iif(?5 >= time, ?6, text), time = max(?5, time),"
    " tries = tries + 1";

static int
keep(struct db *db, void *data, struct err *e)
{
	const struct result *r = data;
	sqlite3_stmt *s = db_prepare(db, keep_sql, e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, r->lab, -1, NULL);
	sqlite3_bind_text(s, 2, r->account, -1, NULL);
	sqlite3_bind_int64(s, 3, r->points);
	sqlite3_bind_int64(s, 4, r->most);
	sqlite3_bind_int64(s, 5, r->time);
	sqlite3_bind_text(s, 6, r->text, -1, NULL);
	rc = db_step(db, s, e);
	sqlite3_finalize(s);
	return rc;
}

void
results_init(struct monitor *m)
{
	STAILQ_INIT(&m->results_unkept);
}

static void kept(void *data, const struct err *e);

/* Write the oldest that could not be written, and with its success the next. */
static void
retry(struct monitor *m)
{
	struct result *r = STAILQ_FIRST(&m->results_unkept);

	if (r == NULL || m->is_retrying_results)
		return;
	STAILQ_REMOVE_HEAD(&m->results_unkept, next);
	m->is_retrying_results = true;
	writer_add(m->writer, keep, kept, r);
}

/* The student has been told the points: so the result is tried again until it
 * is written.  One that has failed before keeps its place at the head. */
static void
put_off(struct result *r, const struct err *e)
{
	struct monitor *m = r->monitor;

	if (r->has_failed) {
		STAILQ_INSERT_HEAD(&m->results_unkept, r, next);
	} else {
		log_error(&r->tag,
		    "cannot write a result to " DB_NAME ", will try again: %s",
		    e->text);
		STAILQ_INSERT_TAIL(&m->results_unkept, r, next);
	}
	r->has_failed = true;
	m->results_retry_ms = uv_now(&m->loop) + RETRY_MS;
}

static void
kept(void *data, const struct err *e)
{
	struct result *r = data;
	struct monitor *m = r->monitor;

	if (r->has_failed)
		m->is_retrying_results = false;
	if (e != NULL) {
		put_off(r, e);
		return;
	}
	if (r->has_failed)
		log_info(&r->tag, "the result is written now");
	m->results_waiting--;
	free(r);
	if (m->phase == SERVING)
		retry(m);
}

void
results_tick(struct monitor *m)
{
	if (uv_now(&m->loop) >= m->results_retry_ms)
		retry(m);
}

void
results_close(struct monitor *m)
{
	struct result *r;

	while ((r = STAILQ_FIRST(&m->results_unkept)) != NULL) {
		STAILQ_REMOVE_HEAD(&m->results_unkept, next);
		log_error(&r->tag,
		    "a result could not be written, enter it by hand:"
		    " account=%s lab=%s points=%" PRIu32 " most=%" PRIu32
		    " time=%" PRId64,
		    r->account, r->lab, r->points, r->most, r->time);
		free(r);
	}
}

void
results_keep(struct monitor *m, const struct seat *s,
    const struct msg_checked *result)
{
	struct result *r =
	    m->results_waiting == WAITING_MAX ? NULL : calloc(1, sizeof(*r));

	if (r == NULL) {
		log_error(&s->tag, "a result is lost: %s",
		    m->results_waiting == WAITING_MAX
			? "too many wait to be written to " DB_NAME
			: "out of memory");
		return;
	}
	m->results_waiting++;
	r->monitor = m;
	text_copy(r->account, sizeof(r->account), s->account);
	text_copy(r->lab, sizeof(r->lab), s->lab);
	r->time = (int64_t)time(NULL);
	r->points = result->points;
	r->most = result->most;
	text_copy(r->text, sizeof(r->text), result->text);
	r->tag = s->tag;
	/* Not before those that wait already. */
	r->has_failed = !STAILQ_EMPTY(&m->results_unkept);
	if (r->has_failed)
		STAILQ_INSERT_TAIL(&m->results_unkept, r, next);
	else
		writer_add(m->writer, keep, kept, r);
}

/* --- reading ---------------------------------------------------------------- */

static void
fill(sqlite3_stmt *s, const char *lab, struct msg *m)
{
	MSG_NEW(m, RESULT, result);
	text_copy(m->result.lab, NAME_SIZE, lab);
	text_copy(m->result.account, NAME_SIZE, db_text(s, 0));
	m->result.points = (uint32_t)sqlite3_column_int64(s, 1);
	m->result.most = (uint32_t)sqlite3_column_int64(s, 2);
	m->result.time = (uint64_t)sqlite3_column_int64(s, 3);
	m->result.best_points = (uint32_t)sqlite3_column_int64(s, 4);
	m->result.best_most = (uint32_t)sqlite3_column_int64(s, 5);
	m->result.best_time = (uint64_t)sqlite3_column_int64(s, 6);
	m->result.tries = (uint64_t)sqlite3_column_int64(s, 7);
	m->result.text = db_text(s, 8);
}

int
results_of_lab(struct monitor *m, const char *lab,
    void (*row)(void *self, const struct msg *result), void *self,
    struct err *e)
{
	sqlite3_stmt *s = db_prepare(m->db,
	    "SELECT account, points, most, time, best_points, best_most,"
	    " best_time, tries, text FROM results WHERE lab = ?1"
	    " ORDER BY account",
	    e);
	struct msg msg;
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, lab, -1, NULL);
	while ((rc = db_step(m->db, s, e)) == 1) {
		fill(s, lab, &msg);
		/* Another program may have written to the file: a row that
		 * cannot be encoded as a message would end the link. */
		if (is_name(msg.result.account))
			row(self, &msg);
	}
	sqlite3_finalize(s);
	return rc;
}
