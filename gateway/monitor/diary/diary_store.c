/* diary_store.c - the diary's table in atoll.db. */
#include "gateway/monitor/diary/diary_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/utf8.h"

/* Points are kept when they are others than before: a check may run each minute.
 * Refusals of an hour are one row for each reason. */
static const char put_sql[] =
    "INSERT INTO diary (lab, what, account, began, ended, count, numbers, text,"
    " how) SELECT ?1, ?2, ?3, ?4, ?5, ?10, ?6, ?7, ?8 WHERE ?2 <> ?9 OR ?6 IS "
    "NOT"
    " (SELECT numbers FROM diary WHERE lab = ?1 AND what = ?2 AND account = ?3"
    "  ORDER BY began DESC LIMIT 1)"
    " ON CONFLICT (lab, what, account, began, text) DO UPDATE SET"
    " numbers = ?6, count = count + ?10, ended = max(ended, ?5)";

static const char trim_sql[] =
    "DELETE FROM diary WHERE id IN (SELECT id FROM diary WHERE lab = ?1"
    " AND what = ?2 AND account = ?3 ORDER BY began DESC LIMIT -1 OFFSET ?4)";

/* --- writing ---------------------------------------------------------------- */

#define NUMBER_WIDTH 21 /* of 64 bits, with a blank */

static void
numbers_text(char to[VISIT_NUMBERS * NUMBER_WIDTH], const struct numbers *n)
{
	size_t at = 0;

	to[0] = '\0';
	for (size_t i = 0; i < n->count && i < VISIT_NUMBERS; i++)
		at +=
		    (size_t)snprintf(to + at, VISIT_NUMBERS * NUMBER_WIDTH - at,
			"%s%" PRIu64, i == 0 ? "" : " ", n->at[i]);
}

static int
put(struct db *db, sqlite3_stmt *s, const struct diary_row *r, struct err *e)
{
	char numbers[VISIT_NUMBERS * NUMBER_WIDTH];

	numbers_text(numbers, &r->numbers);
	sqlite3_bind_text(s, 1, r->lab, -1, NULL);
	sqlite3_bind_int64(s, 2, r->what);
	sqlite3_bind_text(s, 3, r->account, -1, NULL);
	sqlite3_bind_int64(s, 4, r->began);
	sqlite3_bind_int64(s, 5, r->ended);
	sqlite3_bind_text(s, 6, numbers, -1, NULL);
	sqlite3_bind_text(s, 7, r->text, -1, NULL);
	sqlite3_bind_text(s, 8, r->how, -1, NULL);
	sqlite3_bind_int64(s, 9, DIARY_POINTS);
	sqlite3_bind_int64(s, 10, r->times == 0 ? 1 : (int64_t)r->times);
	if (db_step(db, s, e) == -1)
		return -1;
	sqlite3_reset(s);
	return 0;
}

static int
trim(struct db *db, sqlite3_stmt *s, const struct diary_row *r, struct err *e)
{
	if (r->account[0] == '\0')
		return 0; /* refusals of an hour: there are few reasons */
	sqlite3_bind_text(s, 1, r->lab, -1, NULL);
	sqlite3_bind_int64(s, 2, r->what);
	sqlite3_bind_text(s, 3, r->account, -1, NULL);
	sqlite3_bind_int64(s, 4, DIARY_EACH);
	if (db_step(db, s, e) == -1)
		return -1;
	sqlite3_reset(s);
	return 0;
}

int
diary_put(struct db *db, const struct diary_rows *rows, struct err *e)
{
	sqlite3_stmt *in = db_prepare(db, put_sql, e);
	sqlite3_stmt *out = in == NULL ? NULL : db_prepare(db, trim_sql, e);
	const struct diary_row *r;
	int rc = out == NULL ? -1 : 0;

	STAILQ_FOREACH(r, rows, next) {
		if (rc == 0)
			rc = put(db, in, r, e);
		if (rc == 0)
			rc = trim(db, out, r, e);
	}
	sqlite3_finalize(in);
	sqlite3_finalize(out);
	return rc;
}

/* --- forgetting ------------------------------------------------------------- */

int
diary_forget(struct db *db, int64_t before, struct err *e)
{
	char sql[TEXT_SIZE];

	snprintf(sql, sizeof(sql), "DELETE FROM diary WHERE ended < %" PRId64,
	    before);
	if (db_exec(db, sql, e) == -1)
		return -1;
	snprintf(sql, sizeof(sql),
	    "DELETE FROM diary WHERE (SELECT count(*) FROM diary) > %d AND id"
	    " IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY"
	    " lab ORDER BY id DESC) AS n FROM diary) WHERE n > %d)",
	    DIARY_LAB, DIARY_LAB);
	return db_exec(db, sql, e);
}

/* --- reading ---------------------------------------------------------------- */

static void
read_numbers(struct numbers *to, const char *text)
{
	char *end;

	for (to->count = 0; to->count < VISIT_NUMBERS; to->count++) {
		uint64_t n = strtoull(text, &end, 10);

		if (end == text)
			return;
		to->at[to->count] = n;
		text = end;
	}
}

/* Another program may have written to the file. */
static bool
fill(struct msg *m, sqlite3_stmt *s, uint32_t what)
{
	struct msg_report_row *row = &m->report_row;
	const char *account = db_text(s, 1);

	MSG_NEW(m, REPORT_ROW, report_row);
	if (account[0] != '\0' && !is_name(account))
		return false;
	row->what = what;
	row->id = (uint64_t)sqlite3_column_int64(s, 0);
	text_copy(row->account, NAME_SIZE, account);
	row->began = (uint64_t)sqlite3_column_int64(s, 2);
	row->ended = (uint64_t)sqlite3_column_int64(s, 3);
	row->count = (uint64_t)sqlite3_column_int64(s, 4);
	read_numbers(&row->numbers, db_text(s, 5));
	utf8_printable(row->text, TEXT_SIZE, db_text(s, 6));
	utf8_printable(row->how, TEXT_SIZE, db_text(s, 7));
	return true;
}

int
diary_page(struct db *db, const struct msg_admin_report *ask,
    void (*row)(void *self, const struct msg *m), void *self, struct err *e)
{
	sqlite3_stmt *s = db_prepare(db,
	    "SELECT id, account, began, ended, count, numbers, text, how"
	    " FROM diary WHERE lab = ?1 AND what = ?2 AND id > ?3"
	    " AND ended >= ?4 ORDER BY id LIMIT ?5",
	    e);
	struct msg m;
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, ask->lab, -1, NULL);
	sqlite3_bind_int64(s, 2, ask->what);
	sqlite3_bind_int64(s, 3, (int64_t)ask->after);
	sqlite3_bind_int64(s, 4, (int64_t)ask->since);
	sqlite3_bind_int64(s, 5, DIARY_PAGE);
	while ((rc = db_step(db, s, e)) == 1) {
		if (fill(&m, s, ask->what))
			row(self, &m);
	}
	sqlite3_finalize(s);
	return rc;
}

int
diary_knows(struct db *db, const char *lab, struct err *e)
{
	return db_step_for(db, "SELECT 1 FROM diary WHERE lab = ? LIMIT 1", lab,
	    e);
}
