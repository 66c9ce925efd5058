/* removed.c - accounts that were removed after they had expired. */
#include "gateway/monitor/accounts/removed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/log.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/links/build.h"

#define LIFE_SECONDS ((int64_t)14 * 86400) /* atoll(1) says it: two weeks */

#define COLUMNS                                                                \
	"name, full_name, password, keys, groups, locked, expires, created,"   \
	" source, address, time_factor"

/* A statement whose ?1 is a name and ?2 a number; as db_step(). */
static int
step(struct db *db, const char *sql, const char *name, int64_t number,
    struct err *e)
{
	sqlite3_stmt *s = db_prepare(db, sql, e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, name, -1, NULL);
	sqlite3_bind_int64(s, 2, number);
	rc = db_step(db, s, e);
	sqlite3_finalize(s);
	return rc;
}

int
removed_put(struct db *db, const char *name, int64_t before, struct err *e)
{
	if (step(db,
		"INSERT OR REPLACE INTO accounts_removed (" COLUMNS
		", removed) SELECT " COLUMNS ", unixepoch() FROM accounts"
		" WHERE name = ?1 AND expires > 0 AND expires < ?2",
		name, before, e) == -1)
		return -1;
	return step(db,
	    "DELETE FROM accounts"
	    " WHERE name = ?1 AND expires > 0 AND expires < ?2",
	    name, before, e);
}

/* --- and back ------------------------------------------------------------- */

/* When it was made and expires; an error when it cannot be restored. */
static int
find(struct db *db, struct restoration *r, struct err *e)
{
	sqlite3_stmt *s = db_prepare(db,
	    "SELECT created, expires, EXISTS (SELECT 1 FROM homes_to_go"
	    " WHERE homes_to_go.name = accounts_removed.name)"
	    " FROM accounts_removed WHERE name = ?",
	    e);
	bool homes_go = false;
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, r->name, -1, NULL);
	rc = db_step(db, s, e);
	if (rc == 1) {
		r->created = sqlite3_column_int64(s, 0);
		if (r->expires == -1)
			r->expires = sqlite3_column_int64(s, 1);
		homes_go = sqlite3_column_int64(s, 2) != 0;
	}
	sqlite3_finalize(s);
	if (rc == 0)
		return err_set(e, 0,
		    "no account %s was removed after its expiry in the last two"
		    " weeks",
		    r->name);
	if (rc == 1 && homes_go)
		return err_set(e, 0,
		    "the homes of a later account %s are still being removed: "
		    "try"
		    " again in a moment",
		    r->name);
	if (rc == 1 && r->expires > 0 && r->expires < r->before)
		return err_set(e, 0,
		    "by this host's clock it would be removed again at once: "
		    "set"
		    " the clock, or give it more time with --expires WHEN");
	return rc == 1 ? 0 : -1;
}

int
removed_restore(struct db *db, struct restoration *r, struct err *e)
{
	if (find(db, r, e) == -1 ||
	    step(db,
		"INSERT INTO accounts (" COLUMNS ") SELECT " COLUMNS
		" FROM accounts_removed WHERE name = ?1 AND ?2",
		r->name, 1, e) == -1 ||
	    step(db, "UPDATE accounts SET expires = ?2 WHERE name = ?1",
		r->name, r->expires, e) == -1)
		return -1;
	return db_step_for(db, "DELETE FROM accounts_removed WHERE name = ?",
	    r->name, e);
}

/* --- the end -------------------------------------------------------------- */

struct emptying {
	int64_t before;
};

/* On the writer's thread. */
static int
forget(struct db *db, void *data, struct err *e)
{
	const struct emptying *x = data;
	sqlite3_stmt *s =
	    db_prepare(db, "DELETE FROM accounts_removed WHERE removed < ?", e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_int64(s, 1, x->before);
	rc = db_step(db, s, e);
	sqlite3_finalize(s);
	return rc;
}

static void
on_forgotten(void *data, const struct err *e)
{
	if (e != NULL)
		log_error(NULL, "cannot forget removed accounts: %s", e->text);
	free(data);
}

void
removed_look(struct monitor *m)
{
	uint64_t wait_ms = (uint64_t)m->config->expiry_wait * 1000;
	struct emptying *x;
	int64_t come;

	if (!second_look(&m->trash_look, time(NULL), uv_now(&m->loop), wait_ms,
		&come))
		return;
	x = malloc(sizeof(*x));
	if (x == NULL)
		return; /* there will be another look */
	x->before = come - LIFE_SECONDS;
	build_empty_trash(m, x->before);
	writer_add(m->writer, forget, on_forgotten, x);
}
