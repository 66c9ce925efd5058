/* restore.c - what the monitor of the build before knew. */
#include "gateway/monitor/upgrade/restore.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/scope.h"
#include "gateway/monitor/admission/listen.h"
#include "gateway/monitor/links/client.h"
#include "gateway/monitor/links/control.h"
#include "gateway/monitor/links/signer_conns.h"
#include "gateway/monitor/links/signer_upgrade.h"
#include "gateway/monitor/links/publish.h"
#include "gateway/monitor/links/web.h"
#include "gateway/monitor/links/zygote_link.h"
#include "gateway/monitor/seats/conn_terminals.h"
#include "gateway/wire/lasting.h"
#include "gateway/wire/state_file.h"

struct restore {
	struct monitor *m;
	struct restored *to;
};

/* An option that this build does not have any more is a reason to refuse. */
static int
take_config(struct monitor *m, const struct msg_state_monitor *row,
    struct err *e)
{
	CLOSES int fd = -1;
	FREES char *text = NULL;
	struct diagnostics out;

	if (state_take(row->config, &fd, e) == -1)
		return -1;
	text = fd == -1 ? NULL : config_read_fd(fd);
	if (text == NULL)
		return err_set(e, errno, "the configuration in the state");
	diagnostics_init(&out);
	m->config = config_parse(text, &out);
	if (m->config == NULL)
		err_set(e, 0, "the configuration in the state: %s",
		    out.first == NULL ? "cannot be read" : out.first->text);
	else
		m->config->file =
		    arena_text(&m->config->arena, row->config_file);
	m->config_text = take_ptr(&text);
	diagnostics_free(&out);
	return m->config == NULL ? -1 : 0;
}

static int
take_secret(struct secret *s, const struct numbers *row, struct err *e)
{
	if (row->count != sizeof(s->key) / sizeof(row->at[0]))
		return err_set(e, EBADMSG, "the secret in the state");
	memcpy(s->key, row->at, sizeof(s->key));
	return 0;
}

static void
take_clock(struct wall_clock *w, const struct msg_state_monitor *row)
{
	*w = (struct wall_clock){ .has_begun = row->clock_begun != 0,
		.has_jumped = row->clock_jumped != 0,
		.wall = (int64_t)row->clock_wall,
		.at_ms = row->clock_at_ms,
		.jumped_ms = row->clock_jumped_ms };
}

static int
take_monitor(struct restore *r, const struct msg_state_monitor *row,
    struct err *e)
{
	struct monitor *m = r->m;
	int control;

	if (row->oldest > LASTING_STATE)
		return err_set(e, EPROTO,
		    "the state is that of a newer build (it can be read from"
		    " number %" PRIu32 " on, ours is %d)",
		    row->oldest, LASTING_STATE);
	/* First: of what follows all may be denied in another. */
	if (monitor_jail_take(&m->jail, row->jail, row->jail_fits, e) == -1)
		return -1;
	if (take_config(m, row, e) == -1 ||
	    take_secret(&m->secret, &row->secret, e) == -1 ||
	    state_take(row->builder, &r->to->builder, e) == -1 ||
	    state_take(row->keys, &r->to->keys, e) == -1 ||
	    state_take(row->supervisor, &r->to->supervisor, e) == -1 ||
	    state_take(row->state_dir, &m->state_dir, e) == -1 ||
	    state_take(row->control, &control, e) == -1)
		return -1;
	if (r->to->supervisor == -1)
		return err_set(e, 0,
		    "the gateway is of a build without a supervisor: restart"
		    " it");
	m->started = row->started;
	m->loaded = row->loaded;
	m->registry.next_conn = row->next_conn;
	m->registry.next_sandbox = row->next_sandbox;
	text_copy(m->cgroup_mode, sizeof(m->cgroup_mode), row->cgroup);
	text_copy(r->to->version, sizeof(r->to->version), row->version);
	take_clock(&m->wall_clock, row);
	if (row->draining != 0)
		drain_restore(&m->drain, row->drain_ends_ms);
	return control_restore(m, row, control, e);
}

static int
take_listener(struct monitor *m, uint32_t field, struct err *e)
{
	int fd;

	if (state_take(field, &fd, e) == -1)
		return -1;
	return listener_restore(m, fd, e);
}

static int
take_web(struct monitor *m, uint32_t field, struct err *e)
{
	int fd;

	if (state_take(field, &fd, e) == -1)
		return -1;
	return web_take(m, fd, e);
}

static int
take_publish(struct monitor *m, uint32_t field, struct err *e)
{
	int fd;

	if (state_take(field, &fd, e) == -1)
		return -1;
	return publish_take(m, fd, e);
}

static int
take_zygote(struct monitor *m, const struct msg_state_zygote *row,
    struct err *e)
{
	int fd;

	if (state_take(row->link, &fd, e) == -1)
		return -1;
	return zygote_restore(m, row, fd, e);
}

static int
take_signer(struct monitor *m, const struct msg_state_signer *row,
    struct err *e)
{
	int fd;

	if (state_take(row->link, &fd, e) == -1)
		return -1;
	return signers_restore(m, row, fd, e);
}

/* --- seats ---------------------------------------------------------------- */

static int
take_init(struct monitor *m, struct seat *s, uint32_t field, struct err *e)
{
	int fd;

	if (state_take(field, &fd, e) == -1)
		return -1;
	if (fd == -1)
		return 0;
	s->init = link_open(&m->loop, fd, m->routes->init, s, e);
	return s->init == NULL ? -1 : 0;
}

static void
take_times(struct seat *s, const struct msg_state_seat *row)
{
	s->asked_ms = row->asked_ms;
	s->built_ms = row->built_ms;
	s->lingers_ms = row->lingers_ms;
	s->since = row->since;
	s->linger = (int64_t)row->linger;
	s->waits = (int64_t)row->waits;
	s->record = row->record;
	s->reattach = row->reattach != 0;
	s->probe_rounds = row->probe_rounds;
	s->time_limit = (int64_t)row->time_limit;
	s->left_told = (int64_t)row->left_told;
}

static int
take_seat(struct monitor *m, const struct msg_state_seat *row, struct err *e)
{
	struct seat *s = seat_restore(&m->registry, row->account, row->lab,
	    row->sandbox, row->state);

	if (s == NULL || address_parse(&s->first_peer, row->address,
			     (uint16_t)row->port) == -1)
		return err_set(e, EBADMSG, "seat %" PRIu32 " of the state",
		    row->sandbox);
	s->monitor = m;
	text_copy(s->image, sizeof(s->image), row->image);
	text_copy(s->sha256, sizeof(s->sha256), row->sha256);
	take_times(s, row);
	s->memory_max = (int64_t)row->memory_max;
	s->pids_max = (int64_t)row->pids_max;
	seat_set_places(&m->registry, s, row->places);
	s->usage = (struct usage){ .cpu_us = row->cpu_us,
		.memory = row->memory,
		.pids = row->pids };
	seat_fill_words(s);
	s->words.left = row->words_left;
	s->words.refilled_ms = (int64_t)row->words_ms;
	s->is_disowned = row->disowned != 0;
	signs_restore(&s->signs, &row->signs, &row->load);
	s->typed_ms = row->typed_ms;
	if (row->restraint < RESTRAINTS)
		s->restraint = row->restraint;
	s->queue_ms = row->queue_ms;
	for (unsigned i = 0; i < row->limits_met.count && i < LIMIT_COUNT; i++)
		s->limits_met[i] = row->limits_met.at[i];
	return take_init(m, s, row->init, e);
}

/* --- connections ---------------------------------------------------------- */

static void
take_counts(struct conn *c, const struct msg_state_conn *row)
{
	c->since_ms = row->since_ms;
	c->unused_ms = row->unused_ms;
	c->tries = row->tries;
	text_copy(c->tried, NAME_SIZE, row->tried);
	c->tried_points = row->tried_points;
	c->keys_ms = row->keys_ms;
	c->waited_points = row->waited_points;
	c->log_lines = row->log_lines;
	c->logins = row->logins;
	c->asks.left = row->asks_left;
	c->asks.refilled_ms = (int64_t)row->asks_ms;
	c->has_reader = row->has_reader != 0;
}

static int
take_rank(struct monitor *m, struct conn *c, const struct msg_state_conn *row,
    struct err *e)
{
	if (c->state != CONN_AUTH)
		return 0;
	c->preauth = &m->preauth;
	if (row->rank >= RANKS)
		return err_set(e, EBADMSG, "rank %" PRIu32, row->rank);
	if (limit_restore(&m->preauth, &c->preauth_conn, &c->peer,
		(enum rank)row->rank, row->rank_ms) == -1)
		return err_set(e, ENOMEM, "connections");
	return 0;
}

static int
take_place(struct monitor *m, struct conn *c, const struct msg_state_conn *row,
    struct err *e)
{
	struct seat *s = seat_by_sandbox(&m->registry, row->seat);

	if (row->seat == 0)
		return 0;
	if (s == NULL)
		return err_set(e, EBADMSG, "the state has no seat %" PRIu32,
		    row->seat);
	conn_attach(c, s);
	conn_sit(c, row->sandbox);
	c->place_told = row->place_told;
	c->probe = (struct probe){ .asked = row->probe_asked,
		.alive = row->probe_alive,
		.waits_for = row->probe_waits_for,
		.serial = row->probe_serial,
		.since_ms = row->probe_since_ms };
	return 0;
}

static int
take_conn(struct monitor *m, const struct msg_state_conn *row, struct err *e)
{
	struct address peer;
	struct conn *c = NULL;
	int fd;

	if (address_parse(&peer, row->address, (uint16_t)row->port) == 0)
		c = conn_restore(&m->registry, &peer, row->connection,
		    row->state);
	if (c == NULL)
		return err_set(e, EBADMSG,
		    "connection %" PRIu32 " of the state", row->connection);
	c->monitor = m;
	if (row->account[0] != '\0')
		conn_name(c, row->account);
	text_copy(c->anonymous, NAME_SIZE, row->anonymous);
	text_copy(c->only_lab, NAME_SIZE, row->only_lab);
	text_copy(c->lab, NAME_SIZE, row->lab);
	take_counts(c, row);
	c->zygote = zygote_find(m, row->zygote);
	c->key_set = row->key_set;
	c->signer = signer_find(m, row->signer);
	if (take_rank(m, c, row, e) == -1 || take_place(m, c, row, e) == -1 ||
	    state_take(row->link, &fd, e) == -1)
		return -1;
	c->link = link_open(&m->loop, fd, m->routes->session, c, e);
	return c->link == NULL ? -1 : 0;
}

/* Its connection is the last one that was taken, see registry.h. */
static int
take_proof(struct monitor *m, const struct msg_state_proof *row, struct err *e)
{
	struct conn *c = TAILQ_LAST(&m->registry.conns, conns);

	if (c == NULL)
		return err_set(e, EBADMSG, "a proof of the state");
	signers_restore_proof(c, row->user, row->key);
	return 0;
}

/* Its connection is the last one that was taken, see registry.h. */
static int
take_terminal(struct monitor *m, const struct msg_state_terminal *row,
    struct err *e)
{
	struct conn *c = TAILQ_LAST(&m->registry.conns, conns);
	const struct msg_terminal_at told = { .terminal = row->terminal,
		.rows = row->rows,
		.cols = row->cols,
		.waits = row->waits };
	struct terminal *t =
	    c == NULL ? NULL : terminals_add(c, row->serial, &told);

	if (t == NULL || row->tap >= TAP_STATES)
		return err_set(e, EBADMSG, "terminal %" PRIu32 " of the state",
		    row->serial);
	text_copy(t->term, sizeof(t->term), row->term);
	text_copy(t->file, sizeof(t->file), row->file);
	t->since = row->since;
	t->since_ms = row->since_ms;
	t->is_recorded = row->is_recorded != 0;
	terminal_restore(t, (enum tap_state)row->tap);
	return 0;
}

/* --- the rest ------------------------------------------------------------- */

static int
take_client(struct restore *r, const struct msg_state_client *row,
    struct err *e)
{
	struct monitor *m = r->m;
	struct client *c = calloc(1, sizeof(*c));
	int fd;

	if (c == NULL)
		return err_set(e, ENOMEM, "the tool");
	c->number = row->number;
	c->greeted = true;
	c->is_foreign = true; /* whichever it was: it waits for one answer */
	text_copy(c->tag.text, sizeof(c->tag.text), row->tag);
	if (state_take(row->link, &fd, e) == 0)
		c->link = link_open(&m->loop, fd, m->routes->admin, c, e);
	if (c->link == NULL) {
		free(c);
		return -1;
	}
	client_add(m, c);
	r->to->client = c->number;
	return 0;
}

static int
take_row(struct restore *r, const struct msg *m, bool is_first, struct err *e)
{
	if (is_first != (m->type == MSG_STATE_MONITOR))
		return err_set(e, EBADMSG, "%s in the state",
		    msg_name(m->type));
	switch (m->type) {
	case MSG_STATE_MONITOR:
		return take_monitor(r, &m->state_monitor, e);
	case MSG_STATE_LISTENER:
		return take_listener(r->m, m->state_listener.listener, e);
	case MSG_STATE_WEB_LISTENER:
		return take_web(r->m, m->state_web_listener.listener, e);
	case MSG_STATE_PUBLISH_LISTENER:
		return take_publish(r->m, m->state_publish_listener.listener,
		    e);
	case MSG_STATE_ZYGOTE:
		return take_zygote(r->m, &m->state_zygote, e);
	case MSG_STATE_HOST_KEY:
		return signers_restore_key(r->m, &m->state_host_key, e);
	case MSG_STATE_SIGNER:
		return take_signer(r->m, &m->state_signer, e);
	case MSG_STATE_PROOF:
		return take_proof(r->m, &m->state_proof, e);
	case MSG_STATE_SEAT:
		return take_seat(r->m, &m->state_seat, e);
	case MSG_STATE_CONN:
		return take_conn(r->m, &m->state_conn, e);
	case MSG_STATE_TERMINAL:
		return take_terminal(r->m, &m->state_terminal, e);
	case MSG_STATE_PENALTY:
		return penalty_restore(&r->m->penalties, &m->state_penalty) ==
			       -1
			   ? err_set(e, ENOMEM, "penalties")
			   : 0;
	case MSG_STATE_CLIENT:
		return take_client(r, &m->state_client, e);
	default:
		return err_set(e, EBADMSG, "%s in the state",
		    msg_name(m->type));
	}
}

int
restore_state(struct monitor *m, int state, struct restored *to, struct err *e)
{
	struct restore r = { .m = m, .to = to };
	struct state_rows rows;
	bool is_first = true;
	struct msg row;
	int rc = state_open(&rows, state, MONITOR, e);

	*to = (struct restored){ .builder = -1, .keys = -1, .supervisor = -1 };
	while (rc == 0 && (rc = state_next(&rows, &row, e)) == 1) {
		rc = take_row(&r, &row, is_first, e);
		is_first = false;
	}
	state_close(&rows);
	if (rc == 0 && (is_first || m->listeners == NULL))
		return err_set(e, EBADMSG, "the state is not whole");
	return rc == -1 ? -1 : 0;
}
