/* rehearsal_rows.c - what the database has of a rehearsal. */
#include "gateway/monitor/accounts/rehearsal_rows.h"

#include <inttypes.h>
#include <stdio.h>

#include "gateway/base/array.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/accounts/rehearsal_mark.h"

/* --- made ------------------------------------------------------------------- */

static void
name_of(uint32_t number, char to[NAME_SIZE])
{
	snprintf(to, NAME_SIZE, REHEARSAL_PREFIX "%03" PRIu32, number);
}

static int
insert(struct db *db, sqlite3_stmt *s, const char *name, struct err *e)
{
	int before = sqlite3_total_changes(sqlite3_db_handle(s));
	int rc;

	sqlite3_reset(s);
	sqlite3_bind_text(s, 1, name, -1, NULL);
	if (db_step(db, s, e) == -1)
		return -1;
	if (sqlite3_total_changes(sqlite3_db_handle(s)) == before)
		return err_set(e, 0,
		    "there is an account %s already: remove it, such names are"
		    " for rehearsals",
		    name);
	rc = accounts_begin(db, name, e);
	return rc == 0 ? 0 : -1;
}

int
rehearsal_make_rows(struct db *db, const struct rehearsal_rows *r,
    struct err *e)
{
	sqlite3_stmt *s = db_prepare(db,
	    "INSERT INTO accounts (name, full_name, keys, groups, created,"
	    " source) VALUES (?1, 'a rehearsal', ?2, ?3, unixepoch(),"
	    " '" REHEARSAL_SOURCE "') ON CONFLICT DO NOTHING",
	    e);
	char name[NAME_SIZE];
	int rc = s == NULL ? -1 : 0;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 2, r->key, -1, NULL);
	sqlite3_bind_text(s, 3, r->group, -1, NULL);
	for (uint32_t i = 1; i <= r->count && rc == 0; i++) {
		name_of(i, name);
		rc = insert(db, s, name, e);
	}
	sqlite3_finalize(s);
	return rc;
}

/* --- removed ---------------------------------------------------------------- */

int
rehearsal_forget_rows(struct db *db, const struct rehearsal_rows *r,
    struct err *e)
{
	static const char *const tables[] = { "results", "result_steps",
		"progress", "secrets", "copied", "hands", "extensions",
		"announcements_seen" };
	char sql[TEXT_SIZE];

	if (r->has_homes &&
	    db_exec(db,
		"INSERT INTO homes_to_go (name) SELECT name FROM accounts"
		" WHERE source = '" REHEARSAL_SOURCE "' ON CONFLICT DO NOTHING",
		e) == -1)
		return -1;
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		snprintf(sql, sizeof(sql),
		    "DELETE FROM %s WHERE NOT " REHEARSAL_NOT_SQL("account"),
		    tables[i]);
		if (db_exec(db, sql, e) == -1)
			return -1;
	}
	if (db_exec(db,
		"DELETE FROM copied WHERE NOT " REHEARSAL_NOT_SQL("owner"),
		e) == -1)
		return -1;
	return db_exec(db,
	    "DELETE FROM accounts WHERE source = '" REHEARSAL_SOURCE "'", e);
}

/* --- looked at -------------------------------------------------------------- */

int
rehearsal_each_row(struct db *db, void (*each)(void *self, const char *name),
    void *self, struct err *e)
{
	sqlite3_stmt *s = db_prepare(db,
	    "SELECT name FROM accounts WHERE source = '" REHEARSAL_SOURCE "'",
	    e);
	int rc;

	if (s == NULL)
		return -1;
	while ((rc = db_step(db, s, e)) == 1)
		each(self, db_text(s, 0));
	sqlite3_finalize(s);
	return rc;
}

int
rehearsal_count_left(struct db *db, int64_t *n, struct err *e)
{
	return db_number(db,
	    "SELECT count(*) FROM accounts WHERE source = "
	    "'" REHEARSAL_SOURCE "'",
	    n, e);
}

int
rehearsal_count_homes(struct db *db, int64_t *n, struct err *e)
{
	return db_number(db,
	    "SELECT count(*) FROM homes_to_go WHERE name GLOB "
	    "'" REHEARSAL_PREFIX "*'",
	    n, e);
}
