/* announce_store.c - announcements in atoll.db. */
#include "gateway/monitor/seats/announce_store.h"

#include <stdlib.h>
#include <string.h>

/* --- names ------------------------------------------------------------------- */

bool
name_list_has(const struct name_list *l, const char *name)
{
	for (size_t i = 0; i < l->count; i++) {
		if (strcmp(l->names[i], name) == 0)
			return true;
	}
	return false;
}

int
name_list_add(struct name_list *l, const char *name)
{
	void *grown;

	if (name_list_has(l, name))
		return 0;
	/* Full when it holds a power of two. */
	if ((l->count & (l->count - 1)) == 0) {
		grown = realloc(l->names,
		    (l->count == 0 ? 1 : 2 * l->count) * sizeof(*l->names));
		if (grown == NULL)
			return -1;
		l->names = grown;
	}
	strncpy(l->names[l->count], name, NAME_SIZE);
	l->names[l->count++][NAME_SIZE - 1] = '\0';
	return 0;
}

int
name_list_copy(struct name_list *to, const struct name_list *from)
{
	*to = (struct name_list){ 0 };
	if (from->count == 0)
		return 0;
	to->names = malloc(from->count * sizeof(*from->names));
	if (to->names == NULL)
		return -1;
	memcpy(to->names, from->names, from->count * sizeof(*from->names));
	to->count = from->count;
	return 0;
}

/* --- announcements ----------------------------------------------------------- */

int
announced_copy(struct announced *to, const struct announced *from)
{
	*to = *from;
	to->labs = strdup(from->labs);
	to->text = strdup(from->text);
	if (to->labs != NULL && to->text != NULL)
		return 0;
	announced_free(to);
	return -1;
}

void
announced_free(struct announced *a)
{
	free(a->labs);
	free(a->text);
	a->labs = a->text = NULL;
}

/* --- atoll.db ---------------------------------------------------------------- */

static int
remove_old(struct db *db, int64_t before, struct err *e)
{
	sqlite3_stmt *s =
	    db_prepare(db, "DELETE FROM announcements WHERE said <= ?1", e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_int64(s, 1, before);
	rc = db_step(db, s, e);
	sqlite3_finalize(s);
	return rc == -1 ? -1
			: db_exec(db,
			      "DELETE FROM announcements_seen WHERE number NOT"
			      " IN (SELECT number FROM announcements)",
			      e);
}

static int
write_seen(struct db *db, int64_t number, const struct name_list *seen,
    struct err *e)
{
	sqlite3_stmt *s = db_prepare(db,
	    "INSERT OR IGNORE INTO announcements_seen (number, account)"
	    " VALUES (?1, ?2)",
	    e);
	int rc = s == NULL ? -1 : 0;

	for (size_t i = 0; i < seen->count && rc == 0; i++) {
		sqlite3_reset(s);
		sqlite3_bind_int64(s, 1, number);
		sqlite3_bind_text(s, 2, seen->names[i], -1, NULL);
		rc = db_step(db, s, e);
	}
	sqlite3_finalize(s);
	return rc;
}

int
announced_write(struct db *db, const struct announced *what,
    const struct name_list *seen, int64_t seconds, struct err *e)
{
	sqlite3_stmt *s;
	int rc;

	if (remove_old(db, what->said - seconds, e) == -1)
		return -1;
	s = db_prepare(db,
	    "INSERT OR IGNORE INTO announcements (number, said, labs, account,"
	    " text) VALUES (?1, ?2, ?3, ?4, ?5)",
	    e);
	if (s == NULL)
		return -1;
	sqlite3_bind_int64(s, 1, what->number);
	sqlite3_bind_int64(s, 2, what->said);
	sqlite3_bind_text(s, 3, what->labs, -1, NULL);
	sqlite3_bind_text(s, 4, what->account, -1, NULL);
	sqlite3_bind_text(s, 5, what->text, -1, NULL);
	rc = db_step(db, s, e);
	sqlite3_finalize(s);
	return rc == -1 ? -1 : write_seen(db, what->number, seen, e);
}

static int
read_seen(struct db *db,
    int (*take)(void *self, int64_t number, const char *account, struct err *e),
    void *self, struct err *e)
{
	sqlite3_stmt *s =
	    db_prepare(db, "SELECT number, account FROM announcements_seen", e);
	int rc;

	if (s == NULL)
		return -1;
	while ((rc = db_step(db, s, e)) == 1) {
		if (take(self, sqlite3_column_int64(s, 0), db_text(s, 1), e) ==
		    -1) {
			rc = -1;
			break;
		}
	}
	sqlite3_finalize(s);
	return rc;
}

/* Another program may have written to the file. */
static int
take_row(sqlite3_stmt *s,
    int (*take)(void *self, const struct announced *what, struct err *e),
    void *self, struct err *e)
{
	struct announced what = { .number = sqlite3_column_int64(s, 0),
		.said = sqlite3_column_int64(s, 1) };
	int rc = -1;

	strncpy(what.account, db_text(s, 3), NAME_SIZE - 1);
	what.labs = strdup(db_text(s, 2));
	what.text = strdup(db_text(s, 4));
	if (what.labs != NULL && what.text != NULL)
		rc = take(self, &what, e);
	else
		err_set(e, 0, "out of memory");
	announced_free(&what);
	return rc;
}

int
announced_read(struct db *db, int64_t after,
    int (*take)(void *self, const struct announced *what, struct err *e),
    int (*take_seen)(void *self, int64_t number, const char *account,
	struct err *e),
    void *self, struct err *e)
{
	sqlite3_stmt *s = db_prepare(db,
	    "SELECT number, said, labs, account, text FROM announcements"
	    " WHERE said > ?1 ORDER BY number",
	    e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_int64(s, 1, after);
	while ((rc = db_step(db, s, e)) == 1) {
		if (take_row(s, take, self, e) == -1) {
			rc = -1;
			break;
		}
	}
	sqlite3_finalize(s);
	return rc == -1 ? -1 : read_seen(db, take_seen, self, e);
}
