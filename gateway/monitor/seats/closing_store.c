/* closing_store.c - what atoll.db has of work that is, or was, collected. */
#include "gateway/monitor/seats/closing_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/monitor/accounts/writer.h"

void
closing_row(const struct seat *s, enum collected_state state,
    struct collected *c)
{
	*c = (struct collected){ .begun = s->closing.begun,
		.sandbox = s->sandbox,
		.state = state };
	text_copy(c->account, NAME_SIZE, s->account);
	text_copy(c->lab, NAME_SIZE, s->lab);
}

void
closing_fill(struct collected *c, const struct msg_collected *told)
{
	c->state = COLLECTED_WHOLE;
	text_copy(c->file, TEXT_SIZE, told->file);
	c->size = told->size;
	text_copy(c->sha256, TEXT_SIZE, told->sha256);
	c->points = told->points;
	c->most = told->most;
}

/* --- writing ------------------------------------------------------------------- */

static int
store(struct db *db, void *data, struct err *e)
{
	const struct collected *c = data;
	sqlite3_stmt *s = db_prepare(db,
	    "INSERT INTO collected (account, lab, begun, sandbox, state, "
	    "points,"
	    " most, file, size, sha256)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
	    " ON CONFLICT (account, lab, begun) DO UPDATE SET sandbox = ?4,"
	    " state = ?5, points = ?6, most = ?7, file = ?8, size = ?9,"
	    " sha256 = ?10",
	    e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, c->account, -1, NULL);
	sqlite3_bind_text(s, 2, c->lab, -1, NULL);
	sqlite3_bind_int64(s, 3, c->begun);
	sqlite3_bind_int64(s, 4, c->sandbox);
	sqlite3_bind_int64(s, 5, (int64_t)c->state);
	sqlite3_bind_int64(s, 6, c->points);
	sqlite3_bind_int64(s, 7, c->most);
	sqlite3_bind_text(s, 8, c->file, -1, NULL);
	sqlite3_bind_int64(s, 9, (int64_t)c->size);
	sqlite3_bind_text(s, 10, c->sha256, -1, NULL);
	rc = db_step(db, s, e);
	sqlite3_finalize(s);
	return rc;
}

/* The next monitor finds what is whole by its file, and looks for what was begun. */
static void
on_stored(void *data, const struct err *e)
{
	struct collected *c = data;

	if (e != NULL)
		log_error(NULL,
		    "what was collected cannot be written to " DB_NAME
		    " account=%s lab=%s begun=%" PRId64 " file=%s: %s",
		    c->account, c->lab, c->begun, c->file, e->text);
	free(c);
}

void
closing_store(struct monitor *m, const struct collected *from)
{
	struct collected *c = malloc(sizeof(*c));

	if (c == NULL) {
		log_error(NULL,
		    "what was collected is not kept, out of memory account=%s"
		    " lab=%s file=%s",
		    from->account, from->lab, from->file);
		return;
	}
	*c = *from;
	writer_add(m->writer, store, on_stored, c);
}

static int
note_told(struct db *db, void *data, struct err *e)
{
	return db_step_for(db,
	    "UPDATE collected SET is_told = 1 WHERE account = ? AND state = 1",
	    data, e);
}

/* It is told once more, then. */
static void
on_noted(void *data, const struct err *e)
{
	if (e != NULL)
		log_error(NULL, "cannot note that a receipt was told: %s",
		    e->text);
	free(data);
}

void
closing_store_told(struct monitor *m, const char *account)
{
	char *name = strdup(account);

	if (name != NULL)
		writer_add(m->writer, note_told, on_noted, name);
}

/* --- reading ------------------------------------------------------------------- */

static void
fill(sqlite3_stmt *s, struct collected *c)
{
	*c = (struct collected){ .begun = sqlite3_column_int64(s, 2),
		.sandbox = (uint32_t)sqlite3_column_int64(s, 3),
		.points = (uint32_t)sqlite3_column_int64(s, 5),
		.most = (uint32_t)sqlite3_column_int64(s, 6),
		.size = (uint64_t)sqlite3_column_int64(s, 8) };
	text_copy(c->account, NAME_SIZE, db_text(s, 0));
	text_copy(c->lab, NAME_SIZE, db_text(s, 1));
	c->state = (enum collected_state)sqlite3_column_int64(s, 4);
	text_copy(c->file, TEXT_SIZE, db_text(s, 7));
	text_copy(c->sha256, TEXT_SIZE, db_text(s, 9));
}

/* Another program may have written to the file. */
static bool
makes_sense(const struct collected *c)
{
	return is_name(c->account) && is_name(c->lab) &&
	       c->state <= COLLECTED_LOST;
}

int
closing_rows(struct monitor *m, const struct collected_wish *w,
    void (*each)(void *self, const struct collected *c), void *self,
    struct err *e)
{
	char sql[TEXT_SIZE];
	struct collected c;
	sqlite3_stmt *s;
	int rc;

	/* What is looked up at a login is looked up by an index. */
	snprintf(sql, sizeof(sql),
	    "SELECT account, lab, begun, sandbox, state, points, most, file,"
	    " size, sha256 FROM collected WHERE %s AND %s"
	    " AND (?3 < 0 OR state = ?3) AND is_told <= ?4"
	    " AND is_of_before <= ?5 ORDER BY lab, account, begun",
	    w->account == NULL ? "?1 IS NULL" : "account = ?1",
	    w->lab == NULL ? "?2 IS NULL" : "lab = ?2");
	s = db_prepare(m->db, sql, e);
	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, w->account, -1, NULL);
	sqlite3_bind_text(s, 2, w->lab, -1, NULL);
	sqlite3_bind_int(s, 3, w->state);
	sqlite3_bind_int(s, 4, w->is_untold ? 0 : 1);
	sqlite3_bind_int(s, 5, w->is_of_today ? 0 : 1);
	while ((rc = db_step(m->db, s, e)) == 1) {
		fill(s, &c);
		if (makes_sense(&c))
			each(self, &c);
	}
	sqlite3_finalize(s);
	return rc;
}
