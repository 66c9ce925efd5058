/* results.c - what checks came to. */
#include "gateway/monitor/results.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/monitor/writer.h"

/* A disk that does not keep up must not fill the memory.  A class whose every
 * student checks at once is far below. */
#define WAITING_MAX 2000

struct result {
	struct monitor *monitor;
	char account[NAME_SIZE], lab[NAME_SIZE];
	int64_t time; /* seconds since the epoch */
	struct msg_checked checked;
	struct log_tag tag; /* of the seat, which may have gone */
};

/* A check may have changed, and with it what there is to be reached: the best
 * is what came nearest to it; of two that are equal, the first. */
static const char keep_sql[] =
    "INSERT INTO results (lab, account, points, most, time, text,"
    " best_points, best_most, best_time, tries)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?3, ?4, ?5, 1)"
    " ON CONFLICT (lab, account) DO UPDATE SET"
    " best_time = iif(?3 * best_most > best_points * ?4, ?5, best_time),"
    " best_points = iif(?3 * best_most > best_points * ?4, ?3, best_points),"
    " best_most = iif(?3 * best_most > best_points * ?4, ?4, best_most),"
    " points = ?3, most = ?4, time = ?5, text = ?6, tries = tries + 1";

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
	sqlite3_bind_int64(s, 3, r->checked.points);
	sqlite3_bind_int64(s, 4, r->checked.most);
	sqlite3_bind_int64(s, 5, r->time);
	sqlite3_bind_text(s, 6, r->checked.text, -1, NULL);
	rc = db_step(db, s, e);
	sqlite3_finalize(s);
	return rc;
}

static void
kept(void *data, const struct err *e)
{
	struct result *r = data;

	r->monitor->results_waiting--;
	if (e != NULL)
		log_error(&r->tag, "cannot keep a result: %s", e->text);
	free(r);
}

void
results_keep(struct monitor *m, const struct seat *s,
    const struct msg_checked *result)
{
	struct result *r =
	    m->results_waiting == WAITING_MAX ? NULL : calloc(1, sizeof(*r));

	if (r == NULL) {
		log_error(&s->tag,
		    "cannot keep a result: too many wait to be written, or no"
		    " memory");
		return;
	}
	m->results_waiting++;
	r->monitor = m;
	text_copy(r->account, sizeof(r->account), s->account);
	text_copy(r->lab, sizeof(r->lab), s->lab);
	r->time = (int64_t)time(NULL);
	r->checked = *result;
	r->tag = s->tag;
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
	text_copy(m->result.text, LINE_SIZE, db_text(s, 8));
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
		/* Somebody else's hand in the file: a row that is no message
		 * would end the link. */
		if (is_name(msg.result.account))
			row(self, &msg);
	}
	sqlite3_finalize(s);
	return rc;
}
