/* roster.c - the administrator makes, changes and lists accounts. */
#include "gateway/monitor/roster.h"

#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/monitor/accounts.h"
#include "gateway/monitor/key.h"
#include "gateway/monitor/sweep.h"
#include "gateway/monitor/writer.h"

#define ROWS_MAX  200000
#define BYTES_MAX (64 << 20)
#define PAGE_MAX  1000

/* --- making --------------------------------------------------------------- */

struct row {
	struct row *next;
	uint32_t line;
	const char *name, *full_name, *password, *key, *groups, *source;
	int64_t expires;
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
};

static struct roster *
roster_open(struct client *c)
{
	struct roster *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->monitor = control_monitor(c);
	r->client = control_number(c);
	r->tag = *control_tag(c);
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
check_password(const char *hash, struct err *e)
{
	if (crypt_checksalt(hash) != CRYPT_SALT_OK)
		return err_set(e, 0,
		    "the password is no crypt(5) hash of a method that is"
		    " safe today");
	return 0;
}

static int
check_key(const char *key, struct err *e)
{
	if (key[0] == '\0' || key_check(key, e) == 0)
		return 0;
	return err_wrap(e, "the key");
}

static void
check_row(struct roster *r, struct row *row)
{
	struct err e = { 0 };

	if (accounts_check_name(r->monitor->config, row->name, &e) == -1 ||
	    accounts_check_groups(row->groups, &e) == -1 ||
	    check_key(row->key, &e) == -1 ||
	    (row->password[0] != '\0' &&
		check_password(row->password, &e) == -1))
		find_wrong(r, row, e.text);
}

void
roster_new(struct client *c, struct msg *m)
{
	const struct msg_account_new *n = &m->account_new;
	struct roster **r = control_roster(c);
	struct row *row;

	if (*r == NULL)
		*r = roster_open(c);
	if (*r == NULL || (*r)->count == ROWS_MAX || (*r)->bytes > BYTES_MAX) {
		control_drop(c, "too many accounts at once");
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
	(*r)->count++;
	(*r)->bytes += strlen(n->full_name) + strlen(n->password) +
		       strlen(n->key) + strlen(n->groups) + sizeof(*row);
	check_row(*r, row);
	*(*r)->last = row;
	(*r)->last = &row->next;
}

/* 1 when it was there, 0 when it is now. */
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
	if (db_step(db, s, e) == -1)
		return -1;
	return sqlite3_total_changes(sqlite3_db_handle(s)) == before;
}

/* On the writer's thread. */
static int
make_all(struct db *db, void *data, struct err *e)
{
	struct roster *r = data;
	sqlite3_stmt *s = db_prepare(db,
	    "INSERT INTO accounts (name, full_name, password, keys, groups,"
	    " expires, created, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO NOTHING",
	    e);
	int rc = s == NULL ? -1 : 0;

	for (struct row *row = r->first; row != NULL && rc != -1;
	     row = row->next) {
		if (row->wrong != NULL)
			continue;
		rc = insert(db, s, row, e);
		if (rc == 1)
			find_wrong(r, row,
			    arena_print(&r->arena, "there is an account %s",
				row->name));
	}
	sqlite3_finalize(s);
	if (rc == -1)
		return -1;
	if (r->wrong > 0)
		return err_set(e, 0, "nothing was changed");
	return r->rehearse ? err_set(e, 0, "rehearsed") : 0;
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
		control_send(c, &m);
	}
}

static void
on_made(void *data, const struct err *e)
{
	struct roster *r = data;
	struct client *c = control_client(r->monitor, r->client);
	bool ok = e == NULL || (r->rehearse && r->wrong == 0 &&
				   strcmp(e->text, "rehearsed") == 0);

	if (e == NULL)
		log_info(&r->tag, "accounts made count=%zu", r->count);
	if (c != NULL) {
		tell_wrong(c, r);
		control_end(c, ok ? 0 : 1, ok ? "" : e->text);
	}
	roster_free(r);
}

void
roster_make(struct client *c, struct msg *m)
{
	struct roster *r = *control_roster(c);

	if (r == NULL) {
		control_end(c, 0, "");
		return;
	}
	*control_roster(c) = NULL;
	r->rehearse = m->accounts_make.rehearse != 0;
	writer_add(r->monitor->writer, make_all, on_made, r);
}

/* --- changing ------------------------------------------------------------- */

struct change {
	struct monitor *monitor;
	uint32_t client;
	struct log_tag tag;
	char name[NAME_SIZE];
	enum account_change what;
	char value[LINE_SIZE];
	int64_t number;
};

#define SET(what) "UPDATE accounts SET " what " WHERE name = ?1"

/* ?1 is the name, ?2 the value, ?3 the number; which are used depends. */
static const struct {
	const char *sql, *phrase;
	const char *farewell; /* what its connections hear, who end then */
} changes[ACCOUNT_CHANGES] = {
	[ACCOUNT_PASSWORD] = { SET("password = ?2"), "password changed", NULL },
	[ACCOUNT_KEY_ADD] = { SET("keys = ?2"), "key added", NULL },
	[ACCOUNT_KEY_REMOVE] = { SET("keys = ?2"), "key removed", NULL },
	[ACCOUNT_GROUPS] = { SET("groups = ?2"), "groups changed", NULL },
	[ACCOUNT_LOCK] = { SET("locked = 1"), "locked",
	    "your account was locked by the administrator" },
	[ACCOUNT_UNLOCK] = { SET("locked = 0"), "unlocked", NULL },
	[ACCOUNT_EXPIRE] = { SET("expires = ?3"), "expiry changed", NULL },
	[ACCOUNT_REMOVE] = { "DELETE FROM accounts WHERE name = ?1", "removed",
	    "your account was removed by the administrator" },
};

/* The keys it has, to be freed. */
static int
read_keys(struct db *db, const char *name, char **keys, struct err *e)
{
	sqlite3_stmt *s =
	    db_prepare(db, "SELECT keys FROM accounts WHERE name = ?", e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, name, -1, NULL);
	rc = db_step(db, s, e);
	*keys = strdup(rc == 1 ? db_text(s, 0) : "");
	sqlite3_finalize(s);
	if (rc != -1 && *keys == NULL)
		return err_set(e, 0, "out of memory");
	return rc == -1 ? -1 : 0;
}

#define KEYS_SIZE (COMMAND_SIZE - 1)

/* The keys without the one that value is, or whose number it is. */
static int
without_key(char *keys, const char *value, char *to, struct err *e)
{
	unsigned long number = strtoul(value, NULL, 10), at = 0;
	bool found = false;
	char *key;

	to[0] = '\0';
	while ((key = strsep(&keys, "\n")) != NULL) {
		if (*key == '\0')
			continue;
		if (++at == number || key_is_same(key, value)) {
			found = true;
			continue;
		}
		if (to[0] != '\0')
			strcat(to, "\n");
		strcat(to, key);
	}
	return found ? 0 : err_set(e, 0, "it has no such key");
}

static int
with_key(char *keys, const char *value, char *to, struct err *e)
{
	char *rest = keys, *copy = strdup(keys), *key;
	bool is_there = false;

	for (rest = copy; (key = strsep(&rest, "\n")) != NULL;)
		is_there = is_there || key_is_same(key, value);
	free(copy);
	if (is_there)
		return err_set(e, 0, "it has that key already");
	if (strlen(keys) + strlen(value) + 2 > KEYS_SIZE)
		return err_set(e, 0, "it has too many keys: remove one first");
	sprintf(to, "%s%s%s", keys, keys[0] == '\0' ? "" : "\n", value);
	return 0;
}

static int
new_keys(struct db *db, const struct change *c, char *to, struct err *e)
{
	char *keys = NULL;
	int rc = read_keys(db, c->name, &keys, e);

	if (rc == 0)
		rc = (c->what == ACCOUNT_KEY_ADD ? with_key : without_key)(keys,
		    c->value, to, e);
	free(keys);
	return rc;
}

/* On the writer's thread. */
static int
change_one(struct db *db, void *data, struct err *e)
{
	struct change *c = data;
	bool is_key =
	    c->what == ACCOUNT_KEY_ADD || c->what == ACCOUNT_KEY_REMOVE;
	char keys[COMMAND_SIZE];
	sqlite3_stmt *s;
	int rc;

	if (is_key && new_keys(db, c, keys, e) == -1)
		return -1;
	s = db_prepare(db, changes[c->what].sql, e);
	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, c->name, -1, NULL);
	sqlite3_bind_text(s, 2, is_key ? keys : c->value, -1, NULL);
	sqlite3_bind_int64(s, 3, c->number);
	rc = db_step(db, s, e);
	if (rc == 0 && sqlite3_changes(sqlite3_db_handle(s)) == 0)
		rc = err_set(e, 0, "there is no account %s", c->name);
	sqlite3_finalize(s);
	return rc;
}

static void
on_changed(void *data, const struct err *e)
{
	struct change *c = data;
	struct client *client = control_client(c->monitor, c->client);

	if (e == NULL) {
		log_info(&c->tag, "account %s account=%s",
		    changes[c->what].phrase, c->name);
		if (changes[c->what].farewell != NULL &&
		    config_account(c->monitor->config, c->name) == NULL)
			accounts_expel(c->monitor, c->name,
			    changes[c->what].farewell);
		if (c->what == ACCOUNT_EXPIRE)
			sweep_soon(c->monitor);
		if (c->what == ACCOUNT_REMOVE && c->number == 0 &&
		    config_account(c->monitor->config, c->name) == NULL)
			sweep_home(c->monitor, c->name);
	}
	if (client != NULL)
		control_end(client, e == NULL ? 0 : 1,
		    e == NULL ? "" : e->text);
	explicit_bzero(c, sizeof(*c));
	free(c);
}

static int
check_change(const struct config *cf, const struct msg_account_change *m,
    bool is_made, struct err *e)
{
	if (m->what >= ACCOUNT_CHANGES)
		return err_set(e, 0, "no such change");
	if (!is_made && config_account(cf, m->name) != NULL)
		return err_set(e, 0,
		    "%s is an account of atoll.conf: change it there, then"
		    " 'atoll reload'",
		    m->name);
	if (!is_made)
		return err_set(e, 0,
		    "there is no account %s: 'atoll account list' shows all",
		    m->name);
	if (m->what == ACCOUNT_PASSWORD && m->value[0] != '\0')
		return check_password(m->value, e);
	if (m->what == ACCOUNT_KEY_ADD)
		return key_check(m->value, e);
	if (m->what == ACCOUNT_GROUPS)
		return accounts_check_groups(m->value, e);
	return 0;
}

void
roster_change(struct client *client, struct msg *m)
{
	struct monitor *mon = control_monitor(client);
	bool is_made = accounts_find_made(mon, m->account_change.name) != NULL;
	struct err e = { 0 };
	struct change *c;

	if (check_change(mon->config, &m->account_change, is_made, &e) == -1) {
		control_end(client, 1, e.text);
		return;
	}
	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		control_end(client, 1, "out of memory");
		return;
	}
	c->monitor = mon;
	c->client = control_number(client);
	c->tag = *control_tag(client);
	c->what = m->account_change.what;
	c->number = (int64_t)m->account_change.number;
	text_copy(c->name, sizeof(c->name), m->account_change.name);
	text_copy(c->value, sizeof(c->value), m->account_change.value);
	explicit_bzero(m->account_change.value, LINE_SIZE);
	writer_add(mon->writer, change_one, on_changed, c);
}

/* --- listing -------------------------------------------------------------- */

#define COLUMNS                                                                \
	"SELECT name, full_name, password <> '', keys, groups, locked,"        \
	" expires, created, source, address FROM accounts "

static void
send_made(struct client *c, sqlite3_stmt *s)
{
	struct msg m;

	MSG_NEW(&m, ACCOUNT, account);
	text_copy(m.account.name, NAME_SIZE, db_text(s, 0));
	text_copy(m.account.full_name, TEXT_SIZE, db_text(s, 1));
	m.account.has_password = (uint32_t)sqlite3_column_int(s, 2);
	text_copy(m.account.keys, COMMAND_SIZE, db_text(s, 3));
	text_copy(m.account.groups, LINE_SIZE, db_text(s, 4));
	m.account.locked = (uint32_t)sqlite3_column_int(s, 5);
	m.account.expires = (uint64_t)sqlite3_column_int64(s, 6);
	m.account.created = (uint64_t)sqlite3_column_int64(s, 7);
	text_copy(m.account.source, TEXT_SIZE, db_text(s, 8));
	text_copy(m.account.address, TEXT_SIZE, db_text(s, 9));
	control_send(c, &m);
}

static void
join(char *to, size_t size, const struct texts *t, const char *separator)
{
	size_t at = 0;

	to[0] = '\0';
	for (size_t i = 0; i < t->count && at < size; i++)
		at += (size_t)snprintf(to + at, size - at, "%s%s",
		    i == 0 ? "" : separator, t->at[i]);
}

static void
send_configured(struct client *c, const struct account *a)
{
	struct msg m;

	MSG_NEW(&m, ACCOUNT, account);
	text_copy(m.account.name, NAME_SIZE, a->name);
	m.account.has_password = a->password[0] != '\0';
	join(m.account.keys, COMMAND_SIZE, &a->keys, "\n");
	join(m.account.groups, LINE_SIZE, &a->groups, " ");
	text_copy(m.account.source, TEXT_SIZE, "config");
	control_send(c, &m);
}

static int
send_rows(struct client *c, const char *sql, const char *name, uint32_t count,
    struct err *e)
{
	struct db *db = control_monitor(c)->db;
	sqlite3_stmt *s = db_prepare(db, sql, e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, name, -1, NULL);
	sqlite3_bind_int64(s, 2, count);
	while ((rc = db_step(db, s, e)) == 1)
		send_made(c, s);
	sqlite3_finalize(s);
	return rc;
}

void
roster_list(struct client *c, struct msg *m)
{
	const struct config *cf = control_monitor(c)->config;
	uint32_t count = m->account_list.count;
	struct err e;
	int rc;

	if (m->account_list.after[0] == '\0') {
		for (size_t i = 0; i < cf->account_count; i++)
			send_configured(c, &cf->accounts[i]);
	}
	rc = send_rows(c, COLUMNS "WHERE name > ?1 ORDER BY name LIMIT ?2",
	    m->account_list.after, count < PAGE_MAX ? count : PAGE_MAX, &e);
	control_end(c, rc == -1 ? 1 : 0, rc == -1 ? e.text : "");
}

void
roster_get(struct client *c, struct msg *m)
{
	const struct account *a =
	    config_account(control_monitor(c)->config, m->account_get.name);
	struct err e;
	int rc = 0;

	if (a != NULL)
		send_configured(c, a);
	else
		rc = send_rows(c, COLUMNS "WHERE name = ?1 LIMIT ?2",
		    m->account_get.name, 1, &e);
	control_end(c, rc == -1 ? 1 : 0, rc == -1 ? e.text : "");
}
