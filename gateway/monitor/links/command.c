/* command.c - what the administrator's tool may ask, and its answers. */
#include "gateway/monitor/links/command.h"

#include <string.h>

#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/accounts/roster.h"
#include "gateway/monitor/admission/listen.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/seats/results.h"
#include "gateway/monitor/seats/seating.h"

static void
on_hello(struct client *c, struct msg *msg)
{
	struct err e = { 0 };

	link_hello(c->link);
	if (link_check_hello(c->link, msg, &e) == -1)
		client_drop(c, e.text);
	c->greeted = true;
}

static void
on_status(struct client *c, struct msg *msg)
{
	struct monitor *m = c->monitor;
	struct msg row;

	(void)msg;
	MSG_NEW(&row, STATUS, status);
	text_copy(row.status.version, TEXT_SIZE, VERSION);
	listeners_text(m, row.status.listen, TEXT_SIZE);
	text_copy(row.status.cgroup, TEXT_SIZE, m->cgroup_mode);
	row.status.started = m->started;
	row.status.loaded = m->loaded;
	row.status.connections = m->registry.conn_count;
	row.status.unauthenticated = m->crowd.count;
	row.status.sandboxes = m->registry.running;
	row.status.sandboxes_max = (uint32_t)m->config->sandboxes_max;
	row.status.waiting = seats_waiting(&m->registry);
	row.status.labs = (uint32_t)m->config->lab_count;
	row.status.accounts =
	    (uint32_t)m->config->account_count + accounts_count(m);
	client_send(c, &row);
	client_end(c, 0, "");
}

static void
on_ls(struct client *c, struct msg *msg)
{
	(void)msg;
	build_ask_usage(c->monitor);
	c->awaits_usage = c->monitor->usage_serial;
}

static void
send_seat(struct client *c, const struct seat *s)
{
	struct msg row;
	struct conn *conn;

	MSG_NEW(&row, SEAT, seat);
	text_copy(row.seat.account, NAME_SIZE, s->account);
	text_copy(row.seat.lab, NAME_SIZE, s->lab);
	text_copy(row.seat.address, TEXT_SIZE, s->first_peer.text);
	text_copy(row.seat.state, TEXT_SIZE, seat_state_name(s->state));
	row.seat.sandbox = s->sandbox;
	TAILQ_FOREACH(conn, &s->conns, seated)
	row.seat.connections++;
	row.seat.since = s->since;
	row.seat.cpu_us = s->usage.cpu_us;
	row.seat.memory = s->usage.memory;
	row.seat.memory_max = (uint64_t)s->memory_max;
	row.seat.pids = s->usage.pids;
	row.seat.pids_max = (uint32_t)s->pids_max;
	client_send(c, &row);
}

void
command_usage_told(struct monitor *m, uint32_t serial)
{
	struct client *c;
	struct seat *s;

	TAILQ_FOREACH(c, clients_of(m), all)
	{
		if (c->awaits_usage == 0 || c->awaits_usage > serial)
			continue;
		c->awaits_usage = 0;
		TAILQ_FOREACH(s, &m->registry.seats, all)
		send_seat(c, s);
		client_end(c, 0, "");
	}
}

static void
on_kill(struct client *c, struct msg *msg)
{
	struct monitor *m = c->monitor;
	struct seat *s = seat_find(&m->registry, msg->admin_kill.account,
	    msg->admin_kill.lab);

	if (s == NULL) {
		client_end(c, 1, "there is no such seat: 'atoll ls' shows all");
		return;
	}
	log_info(&c->tag, "kill account=%s lab=%s", s->account, s->lab);
	if (s->state == SEAT_QUEUED)
		client_end(c, 0, "");
	else
		c->awaits_sandbox = s->sandbox;
	seating_end(m, s, "your sandbox was ended by the administrator");
}

void
command_sandbox_ended(struct monitor *m, uint32_t sandbox)
{
	struct client *c;

	TAILQ_FOREACH(c, clients_of(m), all)
	{
		if (c->awaits_sandbox != sandbox)
			continue;
		c->awaits_sandbox = 0;
		client_end(c, 0, "");
	}
}

static void
on_admin_export(struct client *c, struct msg *msg)
{
	struct monitor *m = c->monitor;
	const struct seat *s = seat_find(&m->registry,
	    msg->admin_export.account, msg->admin_export.lab);

	if (s == NULL ||
	    (s->state != SEAT_LIVE && s->state != SEAT_LINGERING)) {
		client_end(c, 1,
		    "this seat has no sandbox: 'atoll ls' shows all");
		return;
	}
	log_info(&c->tag, "export account=%s lab=%s", s->account, s->lab);
	build_export(m, s->sandbox, msg->fd[0]);
	c->awaits_export = m->export_serial;
}

void
command_exported(struct monitor *m, const struct msg *told)
{
	struct client *c;

	TAILQ_FOREACH(c, clients_of(m), all)
	{
		if (c->awaits_export != told->serial)
			continue;
		c->awaits_export = 0;
		client_end(c, told->exported.failed != 0 ? 1 : 0,
		    told->exported.reason);
	}
}

static void
on_homes(struct client *c, struct msg *msg)
{
	(void)msg;
	build_ask_homes(c->monitor);
	c->awaits_home = c->monitor->home_serial;
}

static void
on_home_remove(struct client *c, struct msg *msg)
{
	log_info(&c->tag, "remove home account=%s lab=%s",
	    msg->admin_home_remove.account, msg->admin_home_remove.lab);
	build_remove_home(c->monitor, msg->admin_home_remove.account,
	    msg->admin_home_remove.lab, false);
	c->awaits_home = c->monitor->home_serial;
}

void
command_home_told(struct monitor *m, const struct msg *told)
{
	const struct msg_home *home = &told->home;
	struct client *c;
	struct msg row;

	MSG_NEW(&row, KEPT, kept);
	text_copy(row.kept.account, NAME_SIZE, home->account);
	text_copy(row.kept.lab, NAME_SIZE, home->lab);
	row.kept.used = home->used;
	row.kept.size = home->size;
	row.kept.changed = home->changed;
	row.kept.sandboxes = home->sandboxes;
	TAILQ_FOREACH(c, clients_of(m), all)
	{
		if (c->awaits_home == told->serial)
			client_send(c, &row);
	}
}

void
command_home_done(struct monitor *m, uint32_t serial, const char *reason)
{
	struct client *c;

	TAILQ_FOREACH(c, clients_of(m), all)
	{
		if (c->awaits_home != serial)
			continue;
		c->awaits_home = 0;
		client_end(c, reason[0] == '\0' ? 0 : 1, reason);
	}
}

static void
on_reload(struct client *c, struct msg *msg)
{
	(void)msg;
	log_info(&c->tag, "reload");
	c->awaits_load = true;
	build_load(c->monitor);
}

struct results {
	struct client *client;
	unsigned count;
};

static void
send_result(void *self, const struct msg *result)
{
	struct results *r = self;

	client_send(r->client, result);
	r->count++;
}

static void
on_results(struct client *c, struct msg *msg)
{
	const char *lab = msg->admin_results.lab;
	struct results r = { .client = c };
	struct err e;

	if (results_of_lab(c->monitor, lab, send_result, &r, &e) == -1)
		client_end(c, 1, e.text);
	else if (r.count == 0 && config_lab(c->monitor->config, lab) == NULL)
		client_end(c, 1, "there is no such lab, and no result of one");
	else
		client_end(c, 0, "");
}

void
command_load_error(struct monitor *m, const char *text)
{
	struct client *c;
	struct msg row;

	MSG_NEW(&row, ADMIN_LINE, admin_line);
	text_copy(row.admin_line.text, TEXT_SIZE, text);
	TAILQ_FOREACH(c, clients_of(m), all)
	{
		if (c->awaits_load)
			client_send(c, &row);
	}
}

void
command_loaded(struct monitor *m, const char *why)
{
	struct client *c;

	TAILQ_FOREACH(c, clients_of(m), all)
	{
		if (!c->awaits_load)
			continue;
		c->awaits_load = false;
		client_end(c, why == NULL ? 0 : 1, why == NULL ? "" : why);
	}
}

command *const commands[MSG_COUNT] = {
	[MSG_HELLO] = on_hello,
	[MSG_ADMIN_STATUS] = on_status,
	[MSG_ADMIN_LS] = on_ls,
	[MSG_ADMIN_KILL] = on_kill,
	[MSG_ADMIN_RELOAD] = on_reload,
	[MSG_ADMIN_RESULTS] = on_results,
	[MSG_ADMIN_EXPORT] = on_admin_export,
	[MSG_ADMIN_HOMES] = on_homes,
	[MSG_ADMIN_HOME_REMOVE] = on_home_remove,
	[MSG_ACCOUNT_NEW] = roster_new,
	[MSG_ACCOUNTS_MAKE] = roster_make,
	[MSG_ACCOUNT_CHANGE] = roster_change,
	[MSG_ACCOUNT_LIST] = roster_list,
	[MSG_ACCOUNT_GET] = roster_get,
};
