/* roster_change.c - the administrator changes an account. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/pubkey.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/accounts/browser_code.h"
#include "gateway/monitor/accounts/expel.h"
#include "gateway/monitor/accounts/keylist.h"
#include "gateway/monitor/accounts/purge.h"
#include "gateway/monitor/accounts/removed.h"
#include "gateway/monitor/accounts/roster.h"
#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/seats/allowance.h"

struct change {
	struct monitor *monitor;
	uint32_t client;
	struct log_tag tag;
	char name[NAME_SIZE];
	enum account_change what;
	char value[LINE_SIZE];
	int64_t number;
	bool homes_go;	 /* with the account */
	int64_t before;	 /* to restore: who expired before goes at once */
	int64_t created; /* and when it was made: found */
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
	[ACCOUNT_TIME_FACTOR] = { SET("time_factor = ?3"), "time changed",
	    NULL },
	[ACCOUNT_RESTORE] = { NULL, "restored", NULL }, /* see removed.h */
};

/* In the transaction that removes the account: at no moment can another account
 * have the name, and with it the homes. */
static int
note_homes(struct db *db, const char *name, struct err *e)
{
	return db_step_for(db,
	    "INSERT INTO homes_to_go (name) VALUES (?) ON CONFLICT DO NOTHING",
	    name, e);
}

static int
restore(struct db *db, struct change *c, struct err *e)
{
	struct restoration r = { .name = c->name,
		.expires = c->number,
		.before = c->before };
	int rc = removed_restore(db, &r, e);

	c->created = r.created;
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

	if (c->what == ACCOUNT_RESTORE)
		return restore(db, c, e);
	if (is_key && keylist_change(db, c->name, c->what == ACCOUNT_KEY_ADD,
			  c->value, keys, e) == -1)
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
	return rc == 0 && c->homes_go ? note_homes(db, c->name, e) : rc;
}

/* The homes are restored, too.  self is NULL when the tool had gone before. */
static bool
on_restored(void *self, struct msg *told)
{
	const char *reason;

	if (self == NULL || told == NULL)
		return true;
	reason = told->home_restored.reason;
	client_end(self, reason[0] == '\0' ? 0 : 1, reason);
	return true;
}

static void
on_changed(void *data, const struct err *e)
{
	struct change *c = data;
	struct client *client = client_find(c->monitor, c->client);

	if (e == NULL) {
		log_info(&c->tag, "account %s account=%s",
		    changes[c->what].phrase, c->name);
		browser_code_forget(c->monitor, c->name);
		if (changes[c->what].farewell != NULL &&
		    config_account(c->monitor->config, c->name) == NULL)
			accounts_expel(c->monitor, c->name,
			    changes[c->what].farewell);
		if (c->what == ACCOUNT_EXPIRE)
			purge_soon(c->monitor);
		if (c->what == ACCOUNT_TIME_FACTOR)
			allowance_refresh(c->monitor);
		if (c->homes_go) /* the tool's end, too */
			purge_home(c->monitor, c->name, c->client);
	}
	if (e == NULL && c->what == ACCOUNT_RESTORE) {
		build_restore_homes(c->monitor, c->name, c->created,
		    on_restored, client);
	} else if (client != NULL && (e != NULL || !c->homes_go)) {
		client_end(client, e == NULL ? 0 : 1, e == NULL ? "" : e->text);
	}
	explicit_bzero(c, sizeof(*c));
	free(c);
}

/* Before the writer's thread is troubled: the order is that of the texts, the
 * most telling first. */
static int
check_change(struct monitor *mon, const struct msg_account_change *m,
    bool is_made, struct err *e)
{
	const struct config *cf = mon->config;

	if (m->what >= ACCOUNT_CHANGES)
		return err_set(e, 0,
		    "an unknown change: is atoll of another build?");
	if (m->what == ACCOUNT_RESTORE && is_made)
		return err_set(e, 0, "there is an account %s already", m->name);
	if (!is_made && config_account(cf, m->name) != NULL)
		return err_set(e, 0,
		    "%s is an account of atoll.conf: change it there, then"
		    " 'atoll reload'",
		    m->name);
	if (!is_made && m->what != ACCOUNT_RESTORE)
		return err_set(e, 0,
		    "there is no account %s: 'atoll account list' shows all",
		    m->name);
	if (m->what == ACCOUNT_PASSWORD && m->value[0] != '\0')
		return accounts_check_password(mon, m->value, e);
	if (m->what == ACCOUNT_KEY_ADD)
		return key_check(m->value, e);
	if (m->what == ACCOUNT_GROUPS)
		return accounts_check_groups(m->value, e);
	if (m->what == ACCOUNT_TIME_FACTOR)
		return accounts_check_time_factor((int64_t)m->number, e);
	return 0;
}

bool
roster_lock(struct monitor *m, const char *account, const struct log_tag *tag)
{
	struct change *c;

	if (accounts_find_made(m, account) == NULL)
		return false;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return false;
	c->monitor = m;
	c->tag = *tag;
	c->what = ACCOUNT_LOCK;
	text_copy(c->name, sizeof(c->name), account);
	writer_add(m->writer, change_one, on_changed, c);
	return true;
}

void
roster_change(struct client *client, struct msg *m)
{
	struct monitor *mon = client->monitor;
	bool is_made = accounts_find_made(mon, m->account_change.name) != NULL;
	struct err e = { 0 };
	struct change *c;

	if (check_change(mon, &m->account_change, is_made, &e) == -1) {
		client_end(client, 1, e.text);
		return;
	}
	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		client_end(client, 1, "out of memory");
		return;
	}
	c->monitor = mon;
	c->client = client->number;
	c->tag = client->tag;
	c->what = m->account_change.what;
	c->number = (int64_t)m->account_change.number;
	c->before = time(NULL) - mon->config->home_grace;
	c->homes_go =
	    c->what == ACCOUNT_REMOVE && c->number == 0 &&
	    config_account(mon->config, m->account_change.name) == NULL;
	text_copy(c->name, sizeof(c->name), m->account_change.name);
	text_copy(c->value, sizeof(c->value), m->account_change.value);
	writer_add(mon->writer, change_one, on_changed, c);
}
