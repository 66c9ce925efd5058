/* results.c - the results of checks. */
#include "gateway/monitor/seats/results.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "gateway/monitor/accounts/rehearsal_mark.h"
#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/diary/diary.h"
#include "gateway/monitor/seats/copied_store.h"
#include "gateway/monitor/seats/progress.h"

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
	bool by_itself; /* which is no try of the student's */
	char text[LINE_SIZE];
	struct log_tag tag; /* of the seat, which may have gone */
	size_t step_count;
	struct step_score steps[];
};

/* An instructor may change a check, and with it the points that can be had: the
 * best result is the one with the largest part of them; of two that are equal,
 * the first.  Compared by products, as a quotient would be rounded. */
static const char keep_sql[] =
    "INSERT INTO results (lab, account, points, most, time, text,"
    " best_points, best_most, best_time, tries)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?3, ?4, ?5, ?7)"
    " ON CONFLICT (lab, account) DO UPDATE SET"
    " best_time = iif(?3 * best_most > best_points * ?4, ?5, best_time),"
    " best_points = iif(?3 * best_most > best_points * ?4, ?3, best_points),"
    " best_most = iif(?3 * best_most > best_points * ?4, ?4, best_most),"
    /* A result that had to wait may be written after a later one. */
    " points = iif(?5 >= time, ?3, points), most = iif(?5 >= time, ?4, most),"
    " text = iif(?5 >= time, ?6, text), time = max(?5, time),"
    " tries = tries + ?7";

/* As above, of one step. */
static const char keep_step_sql[] =
    "INSERT INTO result_steps (lab, account, step, place, points, most, time,"
    " best_points, best_most, best_time, full_time)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?5, ?6, ?7, iif(?5 = ?6, ?7, 0))"
    " ON CONFLICT (lab, account, step) DO UPDATE SET"
    " best_time = iif(?5 * best_most > best_points * ?6, ?7, best_time),"
    " best_points = iif(?5 * best_most > best_points * ?6, ?5, best_points),"
    " best_most = iif(?5 * best_most > best_points * ?6, ?6, best_most),"
    " full_time = iif(?5 = ?6 AND (full_time = 0 OR ?7 < full_time), ?7,"
    "  full_time),"
    " place = iif(?7 >= time, ?4, place),"
    " points = iif(?7 >= time, ?5, points), most = iif(?7 >= time, ?6, most),"
    " time = max(?7, time)";

/* A check that ends at its first fault names fewer steps: those that it named
 * before stay.  One that makes up names each time does not fill the disk. */
static const char forget_steps_sql[] =
    "DELETE FROM result_steps WHERE lab = ?1 AND account = ?2 AND step NOT IN"
    " (SELECT step FROM result_steps WHERE lab = ?1 AND account = ?2"
    "  ORDER BY time DESC, place LIMIT ?3)";

static int
keep_step(struct db *db, sqlite3_stmt *s, const struct result *r, size_t i,
    struct err *e)
{
	const struct step_score *step = &r->steps[i];

	sqlite3_bind_text(s, 3, step->name, -1, NULL);
	sqlite3_bind_int64(s, 4, (int64_t)i + 1);
	sqlite3_bind_int64(s, 5, step->points);
	sqlite3_bind_int64(s, 6, step->most);
	sqlite3_bind_int64(s, 7, r->time);
	if (db_step(db, s, e) == -1)
		return -1;
	sqlite3_reset(s);
	return 0;
}

static sqlite3_stmt *
prepare_of_seat(struct db *db, const char *sql, const struct result *r,
    struct err *e)
{
	sqlite3_stmt *s = db_prepare(db, sql, e);

	if (s != NULL) {
		sqlite3_bind_text(s, 1, r->lab, -1, NULL);
		sqlite3_bind_text(s, 2, r->account, -1, NULL);
	}
	return s;
}

static int
keep_steps(struct db *db, const struct result *r, struct err *e)
{
	sqlite3_stmt *s;
	int rc = 0;

	if (r->step_count == 0)
		return 0;
	s = prepare_of_seat(db, keep_step_sql, r, e);
	if (s == NULL)
		return -1;
	for (size_t i = 0; i < r->step_count && rc == 0; i++)
		rc = keep_step(db, s, r, i, e);
	sqlite3_finalize(s);
	if (rc == -1)
		return -1;
	s = prepare_of_seat(db, forget_steps_sql, r, e);
	if (s == NULL)
		return -1;
	sqlite3_bind_int64(s, 3, STEP_SCORES_MAX);
	rc = db_step(db, s, e);
	sqlite3_finalize(s);
	return rc;
}

static int
keep(struct db *db, void *data, struct err *e)
{
	const struct result *r = data;
	sqlite3_stmt *s = prepare_of_seat(db, keep_sql, r, e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_int64(s, 3, r->points);
	sqlite3_bind_int64(s, 4, r->most);
	sqlite3_bind_int64(s, 5, r->time);
	sqlite3_bind_text(s, 6, r->text, -1, NULL);
	sqlite3_bind_int64(s, 7, r->by_itself ? 0 : 1);
	rc = db_step(db, s, e);
	sqlite3_finalize(s);
	return rc == -1 ? -1 : keep_steps(db, r, e);
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
    const struct msg_checked *result, const struct step_score *steps,
    size_t step_count)
{
	size_t size = step_count * sizeof(*steps);
	struct result *r = m->results_waiting == WAITING_MAX
			       ? NULL
			       : calloc(1, sizeof(*r) + size);

	if (r == NULL) {
		log_error(&s->tag, "a result is lost: %s",
		    m->results_waiting == WAITING_MAX
			? "too many wait to be written to " DB_NAME
			: "out of memory");
		return;
	}
	diary_points(m, s, result->points, result->most);
	m->results_waiting++;
	r->monitor = m;
	text_copy(r->account, sizeof(r->account), s->account);
	text_copy(r->lab, sizeof(r->lab), s->lab);
	r->time = (int64_t)time(NULL);
	r->points = result->points;
	r->most = result->most;
	r->by_itself = result->by_itself != 0;
	text_copy(r->text, sizeof(r->text), result->text);
	r->tag = s->tag;
	r->step_count = step_count;
	if (size > 0)
		memcpy(r->steps, steps, size);
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
	text_copy(m->result.copied, TEXT_SIZE, db_text(s, 9));
}

int
results_of_lab(struct monitor *m, const char *lab,
    void (*row)(void *self, const struct msg *result), void *self,
    struct err *e)
{
	sqlite3_stmt *s = db_prepare(m->db,
	    "SELECT account, points, most, time, best_points, best_most,"
	    " best_time, tries, text, " COPIED_FROM_SQL
	    " FROM results r WHERE lab = ?1 AND " REHEARSAL_NOT_SQL(
		"account") " ORDER BY account",
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

static void
fill_step(const struct monitor *monitor, sqlite3_stmt *s, const char *lab,
    struct msg *m)
{
	MSG_NEW(m, RESULT_STEP, result_step);
	text_copy(m->result_step.lab, NAME_SIZE, lab);
	text_copy(m->result_step.account, NAME_SIZE, db_text(s, 0));
	text_copy(m->result_step.step, STEP_NAME_SIZE, db_text(s, 1));
	m->result_step.place = (uint32_t)sqlite3_column_int64(s, 2);
	m->result_step.points = (uint32_t)sqlite3_column_int64(s, 3);
	m->result_step.most = (uint32_t)sqlite3_column_int64(s, 4);
	m->result_step.time = (uint64_t)sqlite3_column_int64(s, 5);
	m->result_step.best_points = (uint32_t)sqlite3_column_int64(s, 6);
	m->result_step.best_most = (uint32_t)sqlite3_column_int64(s, 7);
	m->result_step.best_time = (uint64_t)sqlite3_column_int64(s, 8);
	m->result_step.full_time = (uint64_t)sqlite3_column_int64(s, 9);
	m->result_step.hints =
	    progress_hints(monitor, lab, db_text(s, 10), m->result_step.step);
}

int
results_by_step(struct monitor *m, const char *lab,
    void (*row)(void *self, const struct msg *step), void *self, struct err *e)
{
	sqlite3_stmt *s = db_prepare(m->db,
	    "SELECT r.account, step, place, points, most, time, best_points,"
	    " best_most, best_time, full_time, numbers FROM result_steps r"
	    " LEFT JOIN progress p ON p.lab = r.lab AND p.account = r.account"
	    " WHERE r.lab = ?1 AND " REHEARSAL_NOT_SQL(
		"r.account") " ORDER BY r.account, place, step",
	    e);
	struct msg msg;
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, lab, -1, NULL);
	while ((rc = db_step(m->db, s, e)) == 1) {
		fill_step(m, s, lab, &msg);
		if (is_name(msg.result_step.account)) /* as above */
			row(self, &msg);
	}
	sqlite3_finalize(s);
	return rc;
}
