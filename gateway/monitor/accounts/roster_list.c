/* roster_list.c - the administrator lists accounts. */
#include <stdio.h>
#include <string.h>

#include "gateway/monitor/accounts/db.h"
#include "gateway/monitor/accounts/roster.h"

/* Rows of one answer: a tool asks for page after page, so that the loop is not
 * kept by a site with ten thousand accounts. */
#define PAGE_MAX 1000

#define COLUMNS                                                                \
	"SELECT name, full_name, password <> '', keys, groups, locked,"        \
	" expires, created, source, address, time_factor FROM accounts "

static void
send_made(struct client *c, sqlite3_stmt *s)
{
	struct msg m;

	MSG_NEW(&m, ACCOUNT, account);
	text_copy(m.account.name, NAME_SIZE, db_text(s, 0));
	text_copy(m.account.full_name, TEXT_SIZE, db_text(s, 1));
	m.account.has_password = (uint32_t)sqlite3_column_int(s, 2);
	m.account.keys = db_text(s, 3);
	m.account.groups = db_text(s, 4);
	m.account.locked = (uint32_t)sqlite3_column_int(s, 5);
	m.account.expires = (uint64_t)sqlite3_column_int64(s, 6);
	m.account.created = (uint64_t)sqlite3_column_int64(s, 7);
	text_copy(m.account.source, TEXT_SIZE, db_text(s, 8));
	text_copy(m.account.address, TEXT_SIZE, db_text(s, 9));
	m.account.time_factor = (uint32_t)sqlite3_column_int(s, 10);
	client_send(c, &m);
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
	static char keys[COMMAND_SIZE]; /* too much for a stack */
	char groups[LINE_SIZE];
	struct msg m;

	MSG_NEW(&m, ACCOUNT, account);
	text_copy(m.account.name, NAME_SIZE, a->name);
	m.account.has_password = a->password[0] != '\0';
	join(keys, sizeof(keys), &a->keys, "\n");
	m.account.keys = keys;
	join(groups, sizeof(groups), &a->groups, " ");
	m.account.groups = groups;
	text_copy(m.account.source, TEXT_SIZE, "config");
	m.account.time_factor = (uint32_t)a->time_factor;
	client_send(c, &m);
}

static int
send_rows(struct client *c, const char *sql, const char *name, uint32_t count,
    struct err *e)
{
	struct db *db = c->monitor->db;
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

/* Those of atoll.conf come before the first page, whatever their names: they
 * are few, and the tool sorts. */
void
roster_list(struct client *c, struct msg *m)
{
	const struct config *cf = c->monitor->config;
	uint32_t count = m->account_list.count;
	struct err e;
	int rc;

	if (m->account_list.after[0] == '\0') {
		for (size_t i = 0; i < cf->account_count; i++)
			send_configured(c, &cf->accounts[i]);
	}
	rc = send_rows(c, COLUMNS "WHERE name > ?1 ORDER BY name LIMIT ?2",
	    m->account_list.after, count < PAGE_MAX ? count : PAGE_MAX, &e);
	client_end(c, rc == -1 ? 1 : 0, rc == -1 ? e.text : "");
}

void
roster_get(struct client *c, struct msg *m)
{
	const struct account *a =
	    config_account(c->monitor->config, m->account_get.name);
	struct err e;
	int rc = 0;

	if (a != NULL)
		send_configured(c, a);
	else
		rc = send_rows(c, COLUMNS "WHERE name = ?1 LIMIT ?2",
		    m->account_get.name, 1, &e);
	client_end(c, rc == -1 ? 1 : 0, rc == -1 ? e.text : "");
}
