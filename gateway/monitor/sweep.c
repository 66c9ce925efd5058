/* sweep.c - homes of accounts that are gone. */
#include "gateway/monitor/sweep.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/monitor/accounts.h"
#include "gateway/monitor/build.h"
#include "gateway/monitor/db.h"
#include "gateway/monitor/writer.h"

#define LOOK_MS	 60000 /* between two looks for expired accounts */
#define RETRY_MS 10000 /* until a home that was in use is asked for again */
#define LOOK_MAX 100

/* A name whose homes go. */
struct goner {
	LIST_ENTRY(goner) all;
	struct monitor *monitor;
	char name[NAME_SIZE];
	bool has_expired; /* it is still an account; else it was removed */
	bool is_told;	  /* the log knows that its home is in use */
	uint32_t serial;  /* of the question to the builder, or 0 */
	uint64_t at_ms;	  /* uv_now() when to ask (again) */
	int64_t before;	  /* it expired before this */
};

static struct goner *
find(struct monitor *m, const char *name)
{
	struct goner *g;

	LIST_FOREACH(g, &m->goners, all)
	{
		if (strcmp(g->name, name) == 0)
			return g;
	}
	return NULL;
}

static void
drop(struct goner *g)
{
	LIST_REMOVE(g, all);
	free(g);
}

static struct goner *
add(struct monitor *m, const char *name)
{
	struct goner *g = find(m, name);

	if (g != NULL)
		return g;
	g = calloc(1, sizeof(*g));
	if (g == NULL)
		return NULL; /* the next look finds it again */
	g->monitor = m;
	text_copy(g->name, sizeof(g->name), name);
	LIST_INSERT_HEAD(&m->goners, g, all);
	return g;
}

void
sweep_home(struct monitor *m, const char *name)
{
	struct goner *g = add(m, name);

	if (g == NULL)
		log_warn(NULL, "home stays: out of memory account=%s", name);
	else
		g->has_expired = false;
}

/* Those whose grace is over.  A configured account of the name has the homes,
 * and what is open goes on. */
static void
look(struct monitor *m)
{
	int64_t before = time(NULL) - m->config->home_grace;
	struct err e = { 0 };
	sqlite3_stmt *s = db_prepare(m->db,
	    "SELECT name FROM accounts WHERE expires > 0 AND expires < ?"
	    " ORDER BY expires LIMIT ?",
	    &e);
	struct goner *g;
	int rc = -1;

	if (s != NULL) {
		sqlite3_bind_int64(s, 1, before);
		sqlite3_bind_int(s, 2, LOOK_MAX);
		while ((rc = db_step(m->db, s, &e)) == 1) {
			const char *name = db_text(s, 0);

			if (config_account(m->config, name) != NULL ||
			    find(m, name) != NULL)
				continue;
			g = add(m, name);
			if (g == NULL)
				break;
			g->has_expired = true;
			g->before = before;
		}
		sqlite3_finalize(s);
	}
	if (rc == -1)
		log_error(NULL, "cannot look for expired accounts: %s", e.text);
}

void
sweep_soon(struct monitor *m)
{
	m->swept_ms = 0;
}

void
sweep_tick(struct monitor *m)
{
	uint64_t now = uv_now(&m->loop);
	struct goner *g, *next;

	if (m->swept_ms == 0 || now - m->swept_ms >= LOOK_MS) {
		m->swept_ms = now;
		look(m);
	}
	for (g = LIST_FIRST(&m->goners); g != NULL; g = next) {
		next = LIST_NEXT(g, all);
		if (g->serial != 0 || g->at_ms > now)
			continue;
		/* Somebody new has the name, and so what it owns. */
		if (!g->has_expired && accounts_find(m, g->name) != NULL) {
			log_warn(NULL, "home stays with the new account=%s",
			    g->name);
			drop(g);
			continue;
		}
		build_remove_home(m, g->name, "");
		g->serial = m->home_serial;
	}
}

/* On the writer's thread.  An account that got more time meanwhile stays. */
static int
remove_account(struct db *db, void *data, struct err *e)
{
	struct goner *g = data;
	sqlite3_stmt *s = db_prepare(db,
	    "DELETE FROM accounts WHERE name = ? AND expires > 0"
	    " AND expires < ?",
	    e);
	int rc;

	if (s == NULL)
		return -1;
	sqlite3_bind_text(s, 1, g->name, -1, NULL);
	sqlite3_bind_int64(s, 2, g->before);
	rc = db_step(db, s, e);
	sqlite3_finalize(s);
	return rc;
}

static void
on_removed(void *data, const struct err *e)
{
	struct goner *g = data;

	if (e == NULL)
		log_info(NULL, "account removed after its grace account=%s",
		    g->name);
	else
		log_error(NULL, "cannot remove account=%s: %s", g->name,
		    e->text);
	drop(g);
}

void
sweep_told(struct monitor *m, const struct msg_home_removed *told)
{
	struct goner *g;

	LIST_FOREACH(g, &m->goners, all)
	{
		if (g->serial == told->serial)
			break;
	}
	if (g == NULL)
		return; /* an administrator's */
	if (told->left > 0) {
		if (!g->is_told)
			log_warn(NULL, "home stays for now account=%s: %s",
			    g->name, told->reason);
		g->is_told = true;
		g->serial = 0;
		g->at_ms = uv_now(&m->loop) + RETRY_MS;
		return;
	}
	if (told->count > 0)
		log_info(NULL, "homes removed account=%s count=%u", g->name,
		    told->count);
	if (g->has_expired)
		writer_add(m->writer, remove_account, on_removed, g);
	else
		drop(g);
}

void
sweep_free(struct monitor *m)
{
	while (!LIST_EMPTY(&m->goners))
		drop(LIST_FIRST(&m->goners));
}
