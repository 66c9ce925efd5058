/*
 * roster.c - the administrator makes accounts: all or none.
 *
 * What is wrong with each is collected before and within the one transaction:
 * the administrator of a hundred students wants to hear all of it at once.
 */
#include "gateway/monitor/accounts/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/pubkey.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/accounts/expel.h"
#include "gateway/monitor/accounts/writer.h"

#define ROWS_MAX  200000
#define BYTES_MAX (64 << 20)

struct row {
	struct row *next;
	uint32_t line;
	const char *name, *full_name, *password, *key, *groups, *source;
	int64_t expires, time_factor;
	const char *wrong; /* why it cannot be made, or NULL */
};

struct roster {
	struct monitor *monitor;
	uint32_t client; /* its number: it may be gone when this is done */
	struct log_tag tag;
	struct arena arena;
	struct row *first, **last;
	size_t count, wrong, bytes;
	bool rehearse;
	bool rehearsed; /* all could be made; what was, is taken back */
};

static struct roster *
roster_open(struct client *c)
{
	struct roster *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->monitor = c->monitor;
	r->client = c->number;
	r->tag = c->tag;
	r->last = &r->first;
	return r;
}

void
roster_free(struct roster *r)
{
	if (r == NULL)
		return;
	arena_free(&r->arena);
	free(r);
}

static void
find_wrong(struct roster *r, struct row *row, const char *reason)
{
	if (row->wrong == NULL)
		r->wrong++;
	row->wrong = arena_text(&r->arena, reason);
}

static int
check_key(const char *key, struct err *e)
{
	if (key[0] == '\0' || key_check(key, e) == 0)
		return 0;
	return err_wrap(e, "the key");
}

/* What the tool has checked is checked again: a program of the same group may
 * speak to the socket, too. */
static void
check_row(struct roster *r, struct row *row)
{
	struct err e = { 0 };

	if (accounts_check_name(r->monitor->config, row->name, &e) == -1 ||
	    accounts_check_groups(row->groups, &e) == -1 ||
	    check_key(row->key, &e) == -1 ||
	    accounts_check_time_factor(row->time_factor, &e) == -1 ||
	    (row->password[0] != '\0' &&
		accounts_check_password(r->monitor, row->password, &e) == -1))
		find_wrong(r, row, e.text);
}

void
roster_new(struct client *c, struct msg *m)
{
	const struct msg_account_new *n = &m->account_new;
	struct roster **r = &c->roster;
	struct row *row;

	if (*r == NULL)
		*r = roster_open(c);
	if (*r == NULL || (*r)->count == ROWS_MAX || (*r)->bytes > BYTES_MAX) {
		client_drop(c,
		    "too many accounts in one request: split the file");
		return;
	}
	row = arena_alloc(&(*r)->arena, sizeof(*row));
	row->line = n->line;
	row->name = arena_text(&(*r)->arena, n->name);
	row->full_name = arena_text(&(*r)->arena, n->full_name);
	row->password = arena_text(&(*r)->arena, n->password);
	row->key = arena_text(&(*r)->arena, n->key);
	row->groups = arena_text(&(*r)->arena, n->groups);
	row->source = strcmp(n->source, "import") == 0 ? "import" : "tool";
	row->expires = (int64_t)n->expires;
	row->time_factor = n->time_factor;
	(*r)->count++;
	(*r)->bytes += strlen(n->full_name) + strlen(n->password) +
		       strlen(n->key) + strlen(n->groups) + sizeof(*row);
	check_row(*r, row);
	*(*r)->last = row;
	(*r)->last = &row->next;
}

/* 1 when it cannot be made, for a reason; 0 when it is there now. */
static int
insert(struct db *db, sqlite3_stmt *s, const struct row *row, struct err *e)
{
	int before = sqlite3_total_changes(sqlite3_db_handle(s));

	sqlite3_reset(s);
	sqlite3_bind_text(s, 1, row->name, -1, NULL);
	sqlite3_bind_text(s, 2, row->full_name, -1, NULL);
	sqlite3_bind_text(s, 3, row->password, -1, NULL);
	sqlite3_bind_text(s, 4, row->key, -1, NULL);
	sqlite3_bind_text(s, 5, row->groups, -1, NULL);
	sqlite3_bind_int64(s, 6, row->expires);
	sqlite3_bind_int64(s, 7, time(NULL));
	sqlite3_bind_text(s, 8, row->source, -1, NULL);
	sqlite3_bind_int64(s, 9, row->time_factor);
	if (db_step(db, s, e) == -1)
		return -1;
	if (sqlite3_total_changes(sqlite3_db_handle(s)) == before) {
		err_set(e, 0, "there is an account %s already", row->name);
		return 1;
	}
	return accounts_begin(db, row->name, e);
}

/* On the writer's thread. */
static int
make_all(struct db *db, void *data, struct err *e)
{
	struct roster *r = data;
	sqlite3_stmt *s = db_prepare(db,
	    "INSERT INTO accounts (name, full_name, password, keys, groups,"
	    " expires, created, source, time_factor)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO NOTHING",
	    e);
	int rc = s == NULL ? -1 : 0;

	for (struct row *row = r->first; row != NULL && rc != -1;
	     row = row->next) {
		if (row->wrong != NULL)
			continue;
		rc = insert(db, s, row, e);
		if (rc == 1)
			find_wrong(r, row, e->text);
	}
	sqlite3_finalize(s);
	if (rc == -1)
		return -1;
	/* -1 takes back what was inserted: so does a rehearsal, which has found
	 * by really inserting what a check alone would not. */
	if (r->wrong > 0)
		return err_set(e, 0, "nothing was changed");
	r->rehearsed = r->rehearse;
	return r->rehearse ? err_set(e, 0, "a rehearsal changes nothing") : 0;
}

static void
tell_wrong(struct client *c, const struct roster *r)
{
	struct msg m;

	for (const struct row *row = r->first; row != NULL; row = row->next) {
		if (row->wrong == NULL)
			continue;
		MSG_NEW(&m, ACCOUNT_WRONG, account_wrong);
		m.account_wrong.line = row->line;
		text_copy(m.account_wrong.reason, TEXT_SIZE, row->wrong);
		client_send(c, &m);
	}
}

static void
on_made(void *data, const struct err *e)
{
	struct roster *r = data;
	struct client *c = client_find(r->monitor, r->client);
	bool ok = e == NULL || r->rehearsed;

	if (e == NULL)
		log_info(&r->tag, "accounts made count=%zu", r->count);
	for (const struct row *row = r->first; e == NULL && row != NULL;
	     row = row->next)
		accounts_expel_former(r->monitor, row->name);
	if (c != NULL) {
		tell_wrong(c, r);
		client_end(c, ok ? 0 : 1, ok ? "" : e->text);
	}
	roster_free(r);
}

void
roster_make(struct client *c, struct msg *m)
{
	struct roster *r = c->roster;

	if (r == NULL) {
		client_end(c, 0, "");
		return;
	}
	c->roster = NULL;
	r->rehearse = m->accounts_make.rehearse != 0;
	writer_add(r->monitor->writer, make_all, on_made, r);
}
