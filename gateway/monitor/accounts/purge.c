/*
 * purge.c - homes of accounts that are gone.
 *
 * The order is what makes it safe to be interrupted: first the homes, which the
 * builder removes, then the name in the database.  While the name is there
 * nobody else gets it, and the next start goes on where this one was.
 */
#include "gateway/monitor/accounts/purge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/accounts/db.h"
#include "gateway/monitor/accounts/removed.h"
#include "gateway/monitor/accounts/writer.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/client.h"

#define LOOK_MS	 60000 /* between two looks for expired accounts */
#define RETRY_MS 1000  /* until a home that was in use is asked for again */
#define LOOK_MAX 100   /* found by one, besides those that wait already */

/* A name whose homes are to be removed. */
struct purged {
	LIST_ENTRY(purged) all;
	struct monitor *monitor;
	char name[NAME_SIZE];
	bool has_expired; /* it is still an account; else it was removed */
	bool is_told;	  /* the log knows that its home is in use */
	bool again;	  /* a later account of the name was removed, too */
	uint32_t client;  /* the tool that waits for the first answer, or 0 */
	bool is_busy;	  /* the builder was asked, or the writer forgets it */
	uint64_t at_ms;	  /* uv_now() when to ask (again) */
	int64_t before;	  /* it expired before this, at the last look */
};

static struct purged *
find(struct monitor *m, const char *name)
{
	struct purged *g;

	LIST_FOREACH(g, &m->purged_accounts, all) {
		if (strcmp(g->name, name) == 0)
			return g;
	}
	return NULL;
}

static void
drop(struct purged *g)
{
	LIST_REMOVE(g, all);
	free(g);
}

/* Done with it, unless another account of the name was removed meanwhile. */
static void
go_on(struct purged *g)
{
	if (!g->again) {
		drop(g);
		return;
	}
	g->again = false;
	g->is_busy = false;
	g->at_ms = 0;
}

static struct purged *
add(struct monitor *m, const char *name)
{
	struct purged *g = find(m, name);

	if (g != NULL)
		return g;
	g = calloc(1, sizeof(*g));
	if (g == NULL)
		return NULL; /* the next look finds it again */
	g->monitor = m;
	text_copy(g->name, sizeof(g->name), name);
	LIST_INSERT_HEAD(&m->purged_accounts, g, all);
	return g;
}

static void
end_client(struct monitor *m, uint32_t number)
{
	struct client *c = client_find(m, number);

	if (c != NULL)
		client_end(c, 0, "");
}

static bool on_told(void *self, struct msg *msg);

static void
ask(struct purged *g)
{
	const struct home_removal h = { .account = g->name,
		.lab = "",
		.to_trash = g->has_expired };

	g->is_busy = true;
	build_remove_home(g->monitor, &h, on_told, g);
}

void
purge_home(struct monitor *m, const char *name, uint32_t client)
{
	struct purged *g = add(m, name);

	if (g == NULL || g->client != 0) {
		end_client(m, client);
	} else {
		g->client = client;
	}
	if (g == NULL)
		return;
	g->has_expired = false;
	if (!g->is_busy)
		ask(g);
	else
		g->again = true;
}

/* Names of removed accounts, also those left from before a restart. */
static void
look_for_removed(struct monitor *m)
{
	struct err e = { 0 };
	sqlite3_stmt *s = db_prepare(m->db, "SELECT name FROM homes_to_go", &e);
	int rc = -1, added = 0;

	if (s != NULL) {
		while (added < LOOK_MAX && (rc = db_step(m->db, s, &e)) == 1) {
			if (find(m, db_text(s, 0)) != NULL)
				continue;
			add(m, db_text(s, 0));
			added++;
		}
		sqlite3_finalize(s);
	}
	if (rc == -1)
		log_error(NULL, "cannot look for homes of removed accounts: %s",
		    e.text);
}

/* Accounts whose grace is over.  Where atoll.conf has an account of the name,
 * that one has the homes, and its sandboxes go on.  A clock that is wrong when
 * the machine starts must not cost anybody their home: what this finds is
 * looked at again after some time that the monotonic clock has counted. */
static void
look(struct monitor *m)
{
	int64_t before = time(NULL) - m->config->home_grace;
	struct err e = { 0 };
	sqlite3_stmt *s = db_prepare(m->db,
	    "SELECT name FROM accounts WHERE expires > 0 AND expires < ?"
	    " ORDER BY expires",
	    &e);
	struct purged *g;
	int rc = -1, added = 0;

	if (s != NULL) {
		sqlite3_bind_int64(s, 1, before);
		while (added < LOOK_MAX && (rc = db_step(m->db, s, &e)) == 1) {
			const char *name = db_text(s, 0);

			if (config_account(m->config, name) != NULL ||
			    find(m, name) != NULL)
				continue;
			g = add(m, name);
			if (g == NULL)
				break;
			g->has_expired = true;
			g->before = before;
			g->at_ms = uv_now(&m->loop) +
				   (uint64_t)m->config->expiry_wait * 1000;
			added++;
		}
		sqlite3_finalize(s);
	}
	if (rc == -1)
		log_error(NULL, "cannot look for expired accounts: %s", e.text);
	if (added > 0 && m->config->expiry_wait > 0)
		log_info(NULL,
		    "accounts are past home_grace count=%d: they are removed"
		    " if they still are after expiry_wait seconds=%" PRId64,
		    added, m->config->expiry_wait);
}

void
purge_soon(struct monitor *m)
{
	m->purged_ms = 0;
}

/* Is it still to be removed?  An administrator may have given it more time
 * while its home was in use, or removed it and kept its homes. */
static bool
is_over(struct purged *g)
{
	const struct account *a = accounts_find_made(g->monitor, g->name);

	g->before = time(NULL) - g->monitor->config->home_grace;
	return a != NULL && a->expires > 0 && a->expires < g->before &&
	       config_account(g->monitor->config, g->name) == NULL;
}

/* --- removed accounts ------------------------------------------------------ */

/* On the writer's thread. */
static int
forget(struct db *db, void *data, struct err *e)
{
	const struct purged *g = data;

	return db_step_for(db, "DELETE FROM homes_to_go WHERE name = ?",
	    g->name, e);
}

static void
on_forgotten(void *data, const struct err *e)
{
	struct purged *g = data;

	if (e != NULL) /* the next look finds it again */
		log_error(NULL,
		    "homes are removed, but " DB_NAME
		    " cannot be told account=%s: %s",
		    g->name, e->text);
	go_on(g);
}

/* atoll.conf has an account of the name now, to which the homes belong. */
static void
leave_home(struct purged *g)
{
	log_warn(NULL,
	    "home stays, as there is an account of the name again"
	    " account=%s",
	    g->name);
	end_client(g->monitor, g->client);
	g->client = 0;
	g->is_busy = true; /* nothing more is asked meanwhile */
	writer_add(g->monitor->writer, forget, on_forgotten, g);
}

/* --- what is done ----------------------------------------------------------- */

void
purge_tick(struct monitor *m)
{
	uint64_t now = uv_now(&m->loop);
	struct purged *g, *next;

	if (m->purged_ms == 0 || now - m->purged_ms >= LOOK_MS) {
		m->purged_ms = now;
		look(m);
		look_for_removed(m);
		removed_look(m);
	}
	for (g = LIST_FIRST(&m->purged_accounts); g != NULL; g = next) {
		next = LIST_NEXT(g, all);
		if (g->is_busy || g->at_ms > now)
			continue;
		if (g->has_expired && !is_over(g))
			drop(g);
		else if (!g->has_expired && accounts_find(m, g->name) != NULL)
			leave_home(g);
		else
			ask(g);
	}
}

/* On the writer's thread.  An account that got more time meanwhile stays. */
static int
remove_account(struct db *db, void *data, struct err *e)
{
	const struct purged *g = data;

	return removed_put(db, g->name, g->before, e);
}

static void
on_removed(void *data, const struct err *e)
{
	struct purged *g = data;

	if (e == NULL)
		log_info(NULL, "account removed after its grace account=%s",
		    g->name);
	else
		log_error(NULL, "cannot remove account=%s: %s", g->name,
		    e->text);
	go_on(g);
}

static void
take_answer(struct purged *g, const struct msg_home_removed *told)
{
	struct monitor *m = g->monitor;

	if (told->left == 0 && !g->has_expired) /* before a tool goes on */
		writer_add(m->writer, forget, on_forgotten, g);
	end_client(m, g->client);
	g->client = 0;
	if (told->left > 0) {
		if (!g->is_told)
			log_warn(NULL,
			    "home stays until it is not in use account=%s: %s",
			    g->name, told->reason);
		g->is_told = true;
		g->is_busy = false;
		g->at_ms = uv_now(&m->loop) + RETRY_MS;
		return;
	}
	if (told->count > 0)
		log_info(NULL, "homes removed account=%s count=%u", g->name,
		    told->count);
	if (g->has_expired)
		writer_add(m->writer, remove_account, on_removed, g);
}

/* The builder has removed what was not in use. */
static bool
on_told(void *self, struct msg *msg)
{
	struct purged *g = self;

	if (msg != NULL) /* else the builder is lost: the monitor ends */
		take_answer(g, &msg->home_removed);
	return true;
}

void
purge_free(struct monitor *m)
{
	while (!LIST_EMPTY(&m->purged_accounts))
		drop(LIST_FIRST(&m->purged_accounts));
}
