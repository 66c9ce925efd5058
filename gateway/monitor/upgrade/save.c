/* save.c - all that the monitor knows, as rows of a file. */
#include "gateway/monitor/upgrade/save.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/log_journal.h"
#include "gateway/base/memfd.h"
#include "gateway/base/scope.h"
#include "gateway/monitor/admission/listen.h"
#include "gateway/monitor/links/control.h"
#include "gateway/monitor/links/keys.h"
#include "gateway/monitor/links/signer_conns.h"
#include "gateway/monitor/links/signer_upgrade.h"
#include "gateway/monitor/links/publish.h"
#include "gateway/monitor/links/web.h"
#include "gateway/monitor/links/zygote_link.h"
#include "gateway/monitor/seats/conn_terminals.h"
#include "gateway/wire/lasting.h"
#include "gateway/wire/state_file.h"

struct save {
	struct monitor *m;
	int fd;
	bool has_failed;
	struct err *e;
};

static void
put(void *self, const struct msg *row)
{
	struct save *v = self;

	if (!v->has_failed && state_put(v->fd, row, v->e) == -1)
		v->has_failed = true;
}

/* As the loader printed it for us, secrets and all. */
static int
config_copy(const struct config *c, struct err *e)
{
	CLOSES int fd = memfd_make("config");
	int copy = fd == -1 ? -1 : dup(fd);
	FILE *f = copy == -1 ? NULL : fdopen(copy, "w");

	if (f == NULL) {
		scope_close(&copy);
		return err_set(e, errno, "a memfd for the configuration");
	}
	config_print(c, f, true);
	if (fclose(f) != 0)
		return err_set(e, errno, "write the configuration");
	return take_fd(&fd);
}

static void
put_clock(struct msg_state_monitor *to, const struct wall_clock *w)
{
	to->clock_begun = w->has_begun;
	to->clock_jumped = w->has_jumped;
	to->clock_wall = (uint64_t)w->wall;
	to->clock_at_ms = w->at_ms;
	to->clock_jumped_ms = w->jumped_ms;
}

static void
put_monitor(struct save *v, int config)
{
	const struct monitor *m = v->m;
	struct msg row;
	struct msg_state_monitor *to = &row.state_monitor;

	MSG_NEW(&row, STATE_MONITOR, state_monitor);
	to->oldest = LASTING_STATE_OLDEST;
	text_copy(to->version, TEXT_SIZE, VERSION);
	to->started = m->started;
	to->loaded = m->loaded;
	to->builder = state_keep(link_fd(m->builder));
	to->state_dir = state_keep(m->state_dir);
	to->config = state_keep(config);
	to->config_file = m->config->file;
	control_save(m, to);
	to->secret.count = sizeof(m->secret.key) / sizeof(uint64_t);
	memcpy(to->secret.at, m->secret.key, sizeof(m->secret.key));
	to->next_conn = m->registry.next_conn;
	to->next_sandbox = m->registry.next_sandbox;
	text_copy(to->cgroup, TEXT_SIZE, m->cgroup_mode);
	to->keys = state_keep(keys_starter_fd(m));
	put_clock(to, &m->wall_clock);
	to->draining = drain_is_on(&m->drain);
	to->drain_ends_ms = m->drain.ends_ms;
	to->supervisor = state_keep(link_fd(m->supervisor));
	to->jail = m->jail.number;
	to->jail_fits = m->jail.fits;
	put(v, &row);
}

static void
put_listeners(struct save *v)
{
	struct msg row;

	for (size_t i = 0; i < listeners_count(v->m); i++) {
		MSG_NEW(&row, STATE_LISTENER, state_listener);
		row.state_listener.listener = state_keep(listener_fd(v->m, i));
		put(v, &row);
	}
	for (size_t i = 0; i < web_count(v->m); i++) {
		MSG_NEW(&row, STATE_WEB_LISTENER, state_web_listener);
		row.state_web_listener.listener = state_keep(web_fd(v->m, i));
		put(v, &row);
	}
	for (size_t i = 0; i < publish_count(v->m); i++) {
		MSG_NEW(&row, STATE_PUBLISH_LISTENER, state_publish_listener);
		row.state_publish_listener.listener =
		    state_keep(publish_fd(v->m, i));
		put(v, &row);
	}
}

static void
put_seat(struct save *v, const struct seat *s)
{
	struct msg row;
	struct msg_state_seat *to = &row.state_seat;

	MSG_NEW(&row, STATE_SEAT, state_seat);
	to->sandbox = s->sandbox;
	text_copy(to->account, NAME_SIZE, s->account);
	text_copy(to->lab, NAME_SIZE, s->lab);
	to->state = s->state;
	to->init = s->init == NULL ? 0 : state_keep(link_fd(s->init));
	text_copy(to->image, NAME_SIZE, s->image);
	text_copy(to->sha256, TEXT_SIZE, s->sha256);
	text_copy(to->address, TEXT_SIZE, s->first_peer.text);
	to->port = s->first_peer.port;
	to->asked_ms = s->asked_ms;
	to->built_ms = s->built_ms;
	to->lingers_ms = s->lingers_ms;
	to->since = s->since;
	to->linger = (uint64_t)s->linger;
	to->reattach = s->reattach;
	to->probe_rounds = s->probe_rounds;
	to->time_limit = (uint64_t)s->time_limit;
	to->left_told = (uint64_t)s->left_told;
	to->memory_max = (uint64_t)s->memory_max;
	to->pids_max = (uint64_t)s->pids_max;
	to->places = s->places;
	to->cpu_us = s->usage.cpu_us;
	to->memory = s->usage.memory;
	to->pids = s->usage.pids;
	to->words_left = s->words.left;
	to->words_ms = (uint64_t)s->words.refilled_ms;
	to->disowned = s->is_disowned;
	to->waits = (uint64_t)s->waits;
	to->record = s->record;
	signs_save(&s->signs, &to->signs, &to->load);
	to->typed_ms = s->typed_ms;
	to->restraint = s->restraint;
	to->queue_ms = s->queue_ms;
	to->limits_met.count = LIMIT_COUNT;
	memcpy(to->limits_met.at, s->limits_met, sizeof(s->limits_met));
	put(v, &row);
}

/* What its session has said and tried so far. */
static void
put_counts(struct msg_state_conn *to, const struct conn *c)
{
	to->tries = c->tries;
	to->rank = c->preauth_conn.rank;
	to->rank_ms = c->preauth_conn.since_ms;
	text_copy(to->tried, NAME_SIZE, c->tried);
	to->tried_points = c->tried_points;
	to->keys_ms = c->keys_ms;
	to->waited_points = c->waited_points;
	to->place_told = c->place_told;
	to->log_lines = c->log_lines;
	to->logins = c->logins;
	to->asks_left = c->asks.left;
	to->asks_ms = (uint64_t)c->asks.refilled_ms;
	to->has_reader = c->has_reader;
}

static void
put_probe(struct msg_state_conn *to, const struct probe *p)
{
	to->probe_asked = p->asked;
	to->probe_alive = p->alive;
	to->probe_waits_for = p->waits_for;
	to->probe_serial = p->serial;
	to->probe_since_ms = p->since_ms;
}

static void
put_conn(struct save *v, const struct conn *c)
{
	struct msg row;
	struct msg_state_conn *to = &row.state_conn;

	MSG_NEW(&row, STATE_CONN, state_conn);
	to->connection = c->id;
	to->state = c->state;
	to->link = state_keep(link_fd(c->link));
	text_copy(to->address, TEXT_SIZE, c->peer.text);
	to->port = c->peer.port;
	text_copy(to->account, NAME_SIZE, c->account);
	text_copy(to->anonymous, NAME_SIZE, c->anonymous);
	text_copy(to->only_lab, NAME_SIZE, c->only_lab);
	text_copy(to->lab, NAME_SIZE, c->lab);
	to->seat = c->seat == NULL ? 0 : c->seat->sandbox;
	to->sandbox = c->sandbox;
	to->since_ms = c->since_ms;
	to->unused_ms = c->unused_ms;
	to->zygote = zygote_number(c->zygote);
	to->key_set = c->key_set;
	to->signer = signer_number(c->signer);
	put_counts(to, c);
	put_probe(to, &c->probe);
	put(v, &row);
}

/* A login with a key that is held: the signer has said its part. */
static void
put_proof(struct save *v, const struct conn *c)
{
	struct msg row;

	if (c->proof == NULL)
		return;
	MSG_NEW(&row, STATE_PROOF, state_proof);
	text_copy(row.state_proof.user, TEXT_SIZE, c->proof->user);
	row.state_proof.key = c->proof->key;
	put(v, &row);
}

static void
put_terminal(struct save *v, const struct terminal *t)
{
	struct msg row;
	struct msg_state_terminal *to = &row.state_terminal;

	MSG_NEW(&row, STATE_TERMINAL, state_terminal);
	to->serial = t->serial;
	to->terminal = t->number;
	to->rows = t->rows;
	to->cols = t->cols;
	text_copy(to->term, TEXT_SIZE, t->term);
	to->since = t->since;
	to->since_ms = t->since_ms;
	to->waits = t->waits;
	to->is_recorded = t->is_recorded;
	to->tap = t->tap;
	text_copy(to->file, TEXT_SIZE, t->file);
	put(v, &row);
}

static void
put_client(struct save *v, const struct client *c)
{
	struct msg row;

	MSG_NEW(&row, STATE_CLIENT, state_client);
	row.state_client.number = c->number;
	row.state_client.link = state_keep(link_fd(c->link));
	text_copy(row.state_client.tag, TEXT_SIZE, c->tag.text);
	put(v, &row);
}

int
save_state(struct monitor *m, const struct client *asks, struct saved *to,
    struct err *e)
{
	struct save v = { .m = m, .e = e };
	const struct seat *s;
	const struct conn *c;
	const struct terminal *t;

	*to = (struct saved){ state_create(e), -1 };
	if (to->state == -1)
		return -1;
	to->config = config_copy(m->config, e);
	if (to->config == -1)
		return -1;
	v.fd = to->state;
	put_monitor(&v, to->config);
	put_listeners(&v);
	zygotes_save(m, put, &v);
	signers_save(m, put, &v);
	TAILQ_FOREACH(s, &m->registry.seats, all)
		put_seat(&v, s);
	TAILQ_FOREACH(c, &m->registry.conns, all) {
		put_conn(&v, c);
		put_proof(&v, c);
		LIST_FOREACH(t, &c->terminals, next)
			put_terminal(&v, t);
	}
	penalties_save(&m->penalties, put, &v);
	if (asks != NULL)
		put_client(&v, asks);
	log_journal_leave();
	return v.has_failed ? -1 : 0;
}

void
save_undo(struct saved *s)
{
	scope_close(&s->state);
	scope_close(&s->config);
	close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
}
