/* zygote_link.c - who forks the session processes. */
#include "gateway/monitor/links/zygote_link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/admission/refusal.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/session_end.h"
#include "gateway/monitor/links/signer_conns.h"
#include "gateway/monitor/links/signer_upgrade.h"
#include "gateway/monitor/links/signers.h"
#include "gateway/wire/state_file.h"

/* A fork has the memory layout of its zygote, which the kernel chooses anew at
 * exec only: what a session that was taken over has learned of it is of no use
 * after so long.  A zygote that has forked nothing has told nobody. */
#define FORKS_MAX  1000		     /* of one zygote */
#define AGE_MAX_MS (10 * 60 * 1000L) /* once it has forked at all */

struct zygote {
	LIST_ENTRY(zygote) all;
	uint32_t number; /* from 1 */
	struct monitor *monitor;
	struct link *link; /* owned */
	uint32_t key_set;  /* that its clients are shown */
	bool ready, retired;
	unsigned forks, sessions; /* ever; and now */
	uint64_t since_ms;
};

struct zygotes {
	LIST_HEAD(, zygote) all;
	uint32_t last_number;
	struct zygote *current; /* forks; NULL while there is none */
	struct zygote *next;	/* was asked for and is not ready */
	bool again;		/* host keys may be newer than that one's */
	unsigned failures;	/* in a row, of such that never got ready */
};

/* Without sessions it has nothing left to do, and ends. */
static void
let_go(struct zygote *z)
{
	if (z->retired && z->sessions == 0)
		link_shutdown(z->link);
}

static void
retire(struct zygote *z)
{
	z->retired = true;
	let_go(z);
}

void
zygote_hello(void *self, struct msg *msg)
{
	struct zygote *z = self;
	struct zygotes *all = z->monitor->zygotes;
	struct err e = { 0 };

	if (all->next != z)
		err_set(&e, 0, "a second HELLO");
	if (e.text[0] != '\0' || link_check_hello(z->link, msg, &e) == -1) {
		log_error(NULL, "session program: %s", e.text);
		link_close(z->link, e.text);
		return;
	}
	if (all->current != NULL)
		retire(all->current);
	all->current = take_ptr(&all->next);
	signers_take_over(z->monitor);
	all->failures = 0;
	z->ready = true;
	log_debug(NULL, "zygote ready");
	if (all->again)
		zygote_renew(z->monitor);
	z->monitor->routes->on_zygote_ready(z->monitor);
}

/* There is no process that could speak SSH with this client: it is told why as
 * one that is refused, see refusal.h. */
static void
turn_away(struct monitor *m, struct conn *c, int client, int error)
{
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text),
	    "this host cannot start another process (%s); try again in a"
	    " minute",
	    strerror(error));
	refusal_send(&m->refusals, client, &c->peer, REFUSED_RESOURCES, text,
	    uv_now(&m->loop));
	if (c->link != NULL)
		link_close(c->link, "no process could be started for it");
}

/* One session of the zygote has ended, or could not be forked. */
static void
count_end(struct zygote *z)
{
	if (z->sessions > 0)
		z->sessions--;
	let_go(z);
}

void
zygote_session_ended(void *self, struct msg *msg)
{
	session_end_log(&msg->session_end);
	count_end(self);
}

void
zygote_fork_failed(void *self, struct msg *msg)
{
	struct zygote *z = self;
	struct conn *c =
	    conn_by_id(&z->monitor->registry, msg->fork_failed.connection);

	if (c != NULL) /* else it has hung up */
		turn_away(z->monitor, c, msg->fd[0],
		    (int)msg->fork_failed.error);
	count_end(z);
}

void
zygote_closed(void *self, const char *why)
{
	struct zygote *z = self;
	struct monitor *m = z->monitor;
	struct zygotes *all = m->zygotes;
	struct conn *c;

	TAILQ_FOREACH(c, &m->registry.conns, all) {
		if (c->zygote == z)
			c->zygote = NULL;
	}
	if (all->current == z)
		all->current = NULL;
	if (all->next == z)
		all->next = NULL;
	if (!z->retired && m->phase != STOPPING) {
		log_error(NULL, "lost the zygote: %s", why);
		metrics_lost(&m->metrics, LOST_ZYGOTE);
	}
	if (!z->ready) {
		all->failures++;
		signers_drop_next(m);
	}
	LIST_REMOVE(z, all);
	free(z);
	/* Another was asked for while this one started, perhaps since the host
	 * keys that made it fail were mended. */
	if (all->again && all->next == NULL && m->phase != STOPPING)
		zygote_renew(m);
	if (all->failures > 0)
		m->routes->on_zygote_failed(m);
}

int
zygote_init(struct monitor *m, struct err *e)
{
	m->zygotes = calloc(1, sizeof(*m->zygotes));
	if (m->zygotes == NULL)
		return err_set(e, ENOMEM, "zygotes");
	LIST_INIT(&m->zygotes->all);
	return 0;
}

/* Before its first connection. */
static void
show_key(void *self, const char *key, bool is_next)
{
	struct zygote *z = self;
	struct msg msg;

	MSG_NEW(&msg, SHOW_KEY, show_key);
	msg.show_key.key = key;
	msg.show_key.is_next = is_next;
	link_send(z->link, &msg);
}

static void
start(struct monitor *m, uint32_t key_set)
{
	struct zygotes *all = m->zygotes;
	struct zygote *z = calloc(1, sizeof(*z));
	struct err e = { 0 };
	CLOSES int theirs = -1;
	int ours;

	if (z == NULL || chan_link(&ours, &theirs, &e) == -1) {
		log_error(NULL, "cannot start a zygote: %s",
		    z == NULL ? "out of memory" : e.text);
		free(z);
		return;
	}
	z->monitor = m;
	z->since_ms = uv_now(&m->loop);
	z->key_set = key_set;
	z->link = link_open(&m->loop, ours, m->routes->zygote, z, &e);
	if (z->link == NULL) {
		log_error(NULL, "cannot start a zygote: %s", e.text);
		free(z);
		return;
	}
	z->number = ++all->last_number;
	LIST_INSERT_HEAD(&all->all, z, all);
	all->next = z;
	signers_show(m, key_set, show_key, z);
	if (build_program(m, JAILED_ZYGOTE, theirs, &e) == -1)
		link_close(z->link, e.text);
}

/* One at a time.  One that starts while host keys change may have read the old
 * ones: then another follows it (again). */
void
zygote_renew(struct monitor *m)
{
	struct zygotes *all = m->zygotes;

	all->again = zygote_is_renewing(m);
	if (all->again)
		return;
	if (HAS_SIGNER)
		signers_renew(m);
	else
		start(m, 0);
}

void
zygote_signers_ready(struct monitor *m)
{
	start(m, signers_next_set(m));
}

void
zygote_signers_failed(struct monitor *m)
{
	struct zygotes *all = m->zygotes;

	if (m->phase == STOPPING)
		return;
	all->failures++;
	if (all->again)
		zygote_renew(m);
	m->routes->on_zygote_failed(m);
}

bool
zygote_is_renewing(const struct monitor *m)
{
	return m->zygotes->next != NULL || signers_are_starting(m);
}

bool
zygote_is_ready(const struct monitor *m)
{
	return m->zygotes->current != NULL;
}

bool
zygote_is_busy(const struct monitor *m)
{
	return link_is_behind(m->zygotes->current->link);
}

void
zygote_fork(struct monitor *m, struct conn *c, int client, int session_end)
{
	struct zygote *z = m->zygotes->current;
	const struct config *cf = m->config;
	const struct registration *rules = policy_registration(cf);
	struct err e;
	struct msg msg;

	MSG_NEW(&msg, CONNECTION, connection);
	msg.connection.connection = c->id;
	msg.connection.login_grace = (uint32_t)cf->login_grace;
	msg.connection.auth_tries = (uint32_t)cf->auth_tries;
	msg.connection.keepalive = (uint32_t)cf->keepalive;
	msg.connection.keepalive_tries = (uint32_t)cf->keepalive_tries;
	msg.connection.banner = cf->banner;
	if (rules != NULL) {
		text_copy(msg.connection.registration, NAME_SIZE, rules->name);
		msg.connection.needs_code = rules->code[0] != '\0';
	}
	msg.fd[0] = client;
	msg.fd[1] = session_end;
	signers_introduce(c, z->key_set);
	if (link_pass(z->link, &msg, &e) == -1) {
		turn_away(m, c, client, e.code);
		return;
	}
	z->forks++;
	z->sessions++;
	c->zygote = z;
}

/* The zygote is its parent, and the only one that may end it: it has another
 * user's id than the monitor. */
void
zygote_end(const struct conn *c)
{
	struct msg msg;

	if (c->zygote == NULL)
		return;
	MSG_NEW(&msg, SESSION_OVER, session_over);
	msg.session_over.connection = c->id;
	link_send(c->zygote->link, &msg);
}

void
zygote_tick(struct monitor *m)
{
	struct zygotes *all = m->zygotes;
	uint64_t now = uv_now(&m->loop);
	struct zygote *z = all->current;

	if (zygote_is_renewing(m))
		return;
	if (z == NULL || z->key_set != signers_set(m))
		zygote_renew(m);
	else if (z->forks > 0 &&
		 (z->forks >= FORKS_MAX || now - z->since_ms > AGE_MAX_MS))
		start(m, z->key_set); /* with the same host keys */
}

void
zygote_close(struct monitor *m)
{
	struct zygotes *all = m->zygotes;

	if (all->current != NULL)
		link_close(all->current->link, "stopping");
	if (all->next != NULL)
		link_close(all->next->link, "stopping");
}

void
zygotes_save(const struct monitor *m,
    void (*put)(void *self, const struct msg *row), void *self)
{
	const struct zygotes *all = m->zygotes;
	const struct zygote *z;
	struct msg row;

	LIST_FOREACH(z, &all->all, all) {
		if (!z->ready)
			continue;
		MSG_NEW(&row, STATE_ZYGOTE, state_zygote);
		row.state_zygote.number = z->number;
		row.state_zygote.link = state_keep(link_fd(z->link));
		row.state_zygote.current = z == all->current;
		row.state_zygote.forks = z->forks;
		row.state_zygote.sessions = z->sessions;
		row.state_zygote.since_ms = z->since_ms;
		row.state_zygote.key_set = z->key_set;
		put(self, &row);
	}
}

int
zygote_restore(struct monitor *m, const struct msg_state_zygote *row, int link,
    struct err *e)
{
	struct zygotes *all = m->zygotes;
	struct zygote *z = calloc(1, sizeof(*z));

	if (z == NULL)
		return err_set(e, ENOMEM, "zygotes");
	*z = (struct zygote){ .monitor = m,
		.number = row->number,
		.ready = true,
		.key_set = row->key_set,
		/* Sessions of a build that had the host keys by themselves
		 * cannot prove a login. */
		.retired =
		    row->current == 0 || (HAS_SIGNER && row->key_set == 0),
		.forks = row->forks,
		.sessions = row->sessions,
		.since_ms = row->since_ms };
	z->link = link_open(&m->loop, link, m->routes->zygote, z, e);
	if (z->link == NULL) {
		free(z);
		return -1;
	}
	LIST_INSERT_HEAD(&all->all, z, all);
	if (row->number > all->last_number)
		all->last_number = row->number;
	if (!z->retired)
		all->current = z;
	let_go(z);
	return 0;
}

uint32_t
zygote_number(const struct zygote *z)
{
	return z == NULL ? 0 : z->number;
}

struct zygote *
zygote_find(const struct monitor *m, uint32_t number)
{
	struct zygote *z;

	LIST_FOREACH(z, &m->zygotes->all, all) {
		if (z->number == number)
			break;
	}
	return z;
}

bool
zygotes_are_quiet(const struct monitor *m)
{
	const struct zygote *z;

	LIST_FOREACH(z, &m->zygotes->all, all) {
		if (!z->ready || !link_is_quiet(z->link))
			return false;
	}
	return signers_are_quiet(m);
}

void
zygote_free(struct monitor *m)
{
	free(m->zygotes);
	m->zygotes = NULL;
}
