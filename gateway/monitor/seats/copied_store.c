/* copied_store.c - what atoll.db has of secrets, and who handed in another's. */
#include "gateway/monitor/seats/copied_store.h"

#include "gateway/wire/msg.h"

/* What was once a seat's own stays so: a student's older sandbox, and one who
 * hands in what was given out again, are no copies. */
static const char keep_sql[] =
    "INSERT INTO secrets (lab, account, mac, is_own, first, seen)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?5)"
    " ON CONFLICT (account, lab, mac) DO UPDATE SET"
    " first = iif(?4 > is_own, ?5, first), is_own = max(?4, is_own),"
    " seen = ?5";

static const char forget_sql[] =
    "DELETE FROM secrets WHERE lab = ?1 AND account = ?2 AND is_own = ?3"
    " AND mac NOT IN (SELECT mac FROM secrets WHERE lab = ?1 AND account = ?2"
    "  AND is_own = ?3 ORDER BY seen DESC, first DESC LIMIT ?4)";

/* Of several who have a word it is the first's: who claims it later may have
 * copied it. */
#define FIRST_SQL                                                              \
	"SELECT account FROM secrets WHERE lab = ?1 AND mac = ?3"              \
	" AND is_own = 1"

static const char whose_sql[] =
    FIRST_SQL " AND account <> ?2 AND NOT EXISTS (SELECT 1 FROM secrets"
	      "  WHERE account = ?2 AND lab = ?1 AND mac = ?3 AND is_own = 1)"
	      " ORDER BY first, account LIMIT 1";

/* The other way round, of those whose check came before this one. */
static const char who_sql[] =
    "SELECT account FROM secrets WHERE lab = ?1 AND mac = ?3 AND is_own = 0"
    " AND account <> ?2"
    " AND ?2 = (" FIRST_SQL " ORDER BY first, account LIMIT 1) LIMIT 64";

static const char pair_sql[] =
    "INSERT INTO copied (lab, account, owner, time) SELECT ?1, ?2, ?3, ?4"
    " WHERE (SELECT count(*) FROM copied WHERE lab = ?1 AND account = ?2) < ?5"
    " ON CONFLICT DO NOTHING RETURNING 1";

static sqlite3_stmt *
prepare(struct db *db, const char *sql, const struct copied_job *j,
    struct err *e)
{
	sqlite3_stmt *s = db_prepare(db, sql, e);

	if (s != NULL) {
		sqlite3_bind_text(s, 1, j->lab, -1, NULL);
		sqlite3_bind_text(s, 2, j->account, -1, NULL);
	}
	return s;
}

static int
forget(struct db *db, const struct copied_job *j, int is_own, int most,
    struct err *e)
{
	sqlite3_stmt *s = prepare(db, forget_sql, j, e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_int(s, 3, is_own);
	sqlite3_bind_int(s, 4, most);
	rc = db_step(db, s, e);
	sqlite3_finalize(s);
	return rc;
}

static int
keep(struct db *db, const struct copied_job *j, const struct word_macs *words,
    int is_own, struct err *e)
{
	sqlite3_stmt *s = prepare(db, keep_sql, j, e);
	int rc = 0;

	if (s == NULL)
		return -1;
	sqlite3_bind_int(s, 4, is_own);
	sqlite3_bind_int64(s, 5, j->time);
	for (size_t i = 0; i < words->count && rc == 0; i++) {
		sqlite3_bind_blob(s, 3, words->at[i], WORD_MAC_SIZE, NULL);
		rc = db_step(db, s, e);
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
	return rc;
}

/* --- pairs ---------------------------------------------------------------- */

static void
found(struct copied_job *j, const char *account, const char *owner)
{
	struct copied_pair *p = &j->pairs[j->pair_count];

	if (j->pair_count == COPIED_TOLD_MAX) {
		j->more++;
		return;
	}
	j->pair_count++;
	text_copy(p->account, NAME_SIZE, account);
	text_copy(p->owner, NAME_SIZE, owner);
}

static int
add_pair(struct db *db, struct copied_job *j, const char *account,
    const char *owner, struct err *e)
{
	sqlite3_stmt *s = db_prepare(db, pair_sql, e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, j->lab, -1, NULL);
	sqlite3_bind_text(s, 2, account, -1, NULL);
	sqlite3_bind_text(s, 3, owner, -1, NULL);
	sqlite3_bind_int64(s, 4, j->time);
	sqlite3_bind_int(s, 5, COPIED_KEPT_MAX);
	rc = db_step(db, s, e);
	sqlite3_finalize(s);
	if (rc == 1)
		found(j, account, owner);
	return rc == -1 ? -1 : 0;
}

/* Whoever a word leads to; is_own: it is this seat's. */
static int
find(struct db *db, struct copied_job *j, const struct word_macs *words,
    bool is_own, struct err *e)
{
	sqlite3_stmt *s = prepare(db, is_own ? who_sql : whose_sql, j, e);
	int rc = s == NULL ? -1 : 0;

	for (size_t i = 0; i < words->count && rc != -1; i++) {
		sqlite3_bind_blob(s, 3, words->at[i], WORD_MAC_SIZE, NULL);
		while (rc != -1 && (rc = db_step(db, s, e)) == 1) {
			const char *other = db_text(s, 0);

			/* Another program may have written to the file. */
			if (is_name(other))
				rc =
				    add_pair(db, j, is_own ? other : j->account,
					is_own ? j->account : other, e);
		}
		sqlite3_reset(s);
	}
	sqlite3_finalize(s);
	return rc;
}

int
copied_store(struct db *db, void *job, struct err *e)
{
	struct copied_job *j = job;

	if (keep(db, j, &j->own, 1, e) == -1 ||
	    keep(db, j, &j->foreign, 0, e) == -1 ||
	    forget(db, j, 1, OWN_KEPT_MAX, e) == -1 ||
	    forget(db, j, 0, FOREIGN_KEPT_MAX, e) == -1 ||
	    find(db, j, &j->own, true, e) == -1)
		return -1;
	return find(db, j, &j->foreign, false, e);
}
