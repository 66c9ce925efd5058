/*
 * command.c - what the administrator's tool may ask, and its answers.
 *
 * Each command ends with ADMIN_END, whose status is the tool's: the tool waits
 * for that, so a script may rely on what it asked being done.
 */
#include "gateway/monitor/links/command.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/admission/listen.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/reload.h"
#include "gateway/monitor/seats/ending.h"
#include "gateway/monitor/seats/results.h"
#include "gateway/monitor/seats/seating.h"
#include "gateway/monitor/upgrade/upgrade.h"

/* The messages of a tool are internal, and of one build only (messages.def): one
 * of another build is told so by our HELLO, and may ask for an upgrade alone, see
 * route_admin.c. */
void
command_hello(struct client *c, struct msg *msg)
{
	struct err e = { 0 };

	link_hello(c->link);
	c->is_foreign = link_check_hello(c->link, msg, &e) == -1;
	c->greeted = true;
}

void
command_upgrade(struct client *c, struct msg *msg)
{
	log_info(&c->tag, "upgrade");
	upgrade_begin(c->monitor, c, msg->admin_upgrade.patience);
}

void
command_status(struct client *c, struct msg *msg)
{
	struct monitor *m = c->monitor;
	struct msg row;
	int64_t left;

	(void)msg;
	MSG_NEW(&row, STATUS, status);
	text_copy(row.status.version, TEXT_SIZE, VERSION);
	listeners_text(m, row.status.listen, TEXT_SIZE);
	text_copy(row.status.cgroup, TEXT_SIZE, m->cgroup_mode);
	row.status.started = m->started;
	row.status.loaded = m->loaded;
	row.status.connections = m->registry.conn_count;
	row.status.unauthenticated = m->preauth.count;
	row.status.sandboxes = m->registry.running;
	row.status.sandboxes_max = (uint32_t)m->config->sandboxes_max;
	row.status.warm = m->warm.ready;
	row.status.warm_wanted = m->warm.wanted;
	row.status.waiting = m->registry.waiting;
	row.status.labs = (uint32_t)m->config->lab_count;
	row.status.accounts =
	    (uint32_t)m->config->account_count + accounts_count(m);
	row.status.draining = drain_is_on(&m->drain);
	left = drain_left(&m->drain, uv_now(&m->loop));
	if (left != INT64_MAX)
		row.status.drain_ends = (uint64_t)(time(NULL) + left);
	client_send(c, &row);
	client_end(c, 0, "");
}

void
command_kill(struct client *c, struct msg *msg)
{
	struct monitor *m = c->monitor;
	struct seat *s = seat_find(&m->registry, msg->admin_kill.account,
	    msg->admin_kill.lab);

	if (!client_check(c, msg->admin_kill.lab))
		return;
	if (s == NULL) {
		client_end(c, 1, "there is no such seat: 'atoll ls' shows all");
		return;
	}
	/* What has a sandbox is answered when that is gone, so that the caller
	 * finds no trace of it (command_sandbox_ended()). */
	log_info(&c->tag, "kill account=%s lab=%s", s->account, s->lab);
	if (s->state == SEAT_QUEUED)
		client_end(c, 0, "");
	else
		c->awaits_sandbox = s->sandbox;
	ending_evict(m, s,
	    c->staff[0] == '\0' ? "your sandbox was ended by the administrator"
				: "your sandbox was ended by the lab's staff");
}

void
command_sandbox_ended(struct monitor *m, uint32_t sandbox)
{
	struct client *c;

	TAILQ_FOREACH(c, &m->clients, all) {
		if (c->awaits_sandbox != sandbox)
			continue;
		c->awaits_sandbox = 0;
		client_end(c, 0, "");
	}
}

static bool
on_exported(void *self, struct msg *told)
{
	if (told != NULL)
		client_end(self, told->exported.failed != 0 ? 1 : 0,
		    told->exported.reason);
	return true;
}

/* The archive goes to the tool's own descriptor, which is handed on: no file of
 * a student passes through the monitor.  What is being built holds nothing yet,
 * and what ends is being taken apart. */
void
command_export(struct client *c, struct msg *msg)
{
	struct monitor *m = c->monitor;
	const struct seat *s = seat_find(&m->registry,
	    msg->admin_export.account, msg->admin_export.lab);
	struct err e;

	if (s == NULL || !seat_is_live(s)) {
		client_end(c, 1,
		    "this seat has no sandbox: 'atoll ls' shows all");
		return;
	}
	log_info(&c->tag, "export account=%s lab=%s", s->account, s->lab);
	c->is_exporting = true;
	if (build_export(m, s->sandbox, msg->fd[0], on_exported, c, &e) == -1)
		client_end(c, 1, e.text);
}

static void
send_home(struct client *c, const struct msg_home *home)
{
	struct msg row;

	MSG_NEW(&row, KEPT, kept);
	text_copy(row.kept.account, NAME_SIZE, home->account);
	text_copy(row.kept.lab, NAME_SIZE, home->lab);
	row.kept.used = home->used;
	row.kept.size = home->size;
	row.kept.changed = home->changed;
	row.kept.sandboxes = home->sandboxes;
	client_send(c, &row);
}

static bool
on_home(void *self, struct msg *told)
{
	if (told != NULL && told->type == MSG_HOME) {
		send_home(self, &told->home);
		return false;
	}
	if (told != NULL)
		client_end(self, 0, "");
	return true;
}

void
command_homes(struct client *c, struct msg *msg)
{
	(void)msg;
	build_ask_homes(c->monitor, on_home, c);
}

static bool
on_home_removed(void *self, struct msg *told)
{
	const char *reason;

	if (told == NULL)
		return true;
	reason = told->home_removed.reason;
	client_end(self, reason[0] == '\0' ? 0 : 1, reason);
	return true;
}

void
command_home_remove(struct client *c, struct msg *msg)
{
	const struct home_removal h = { .account =
					    msg->admin_home_remove.account,
		.lab = msg->admin_home_remove.lab };

	log_info(&c->tag, "remove home account=%s lab=%s", h.account, h.lab);
	build_remove_home(c->monitor, &h, on_home_removed, c);
}

/* Why it cannot be done, or NULL when it is. */
static const char *
change_drain(struct monitor *m, const struct msg_admin_drain *ask)
{
	if (ask->is_on == 0)
		return drain_cancel(&m->drain)
			   ? NULL
			   : "the gateway is not draining: nothing to take"
			     " back";
	if (ask->seconds > DRAIN_SECONDS_MAX)
		return "the time is too long: a year is the most";
	return drain_begin(&m->drain, uv_now(&m->loop), (int64_t)ask->seconds)
		   ? NULL
		   : "the gateway is stopping already";
}

void
command_drain(struct client *c, struct msg *msg)
{
	struct monitor *m = c->monitor;
	const char *why = change_drain(m, &msg->admin_drain);
	char text[TEXT_SIZE];

	if (why != NULL) {
		client_end(c, 1, why);
		return;
	}
	drain_describe(&m->drain, uv_now(&m->loop), text);
	if (text[0] == '\0')
		snprintf(text, sizeof(text), "not draining any more");
	log_info(&c->tag, "%s", text);
	seating_drain_changed(m);
	client_end(c, 0, text);
}

/* reload.c answers, all tools that wait at once. */
void
command_reload(struct client *c, struct msg *msg)
{
	(void)msg;
	log_info(&c->tag, "reload");
	c->awaits_load = true;
	reload_begin(c->monitor);
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

/* Of a lab whose file is gone too: grades outlive the course's files. */
void
command_results(struct client *c, struct msg *msg)
{
	const char *lab = msg->admin_results.lab;
	struct results r = { .client = c };
	struct err e;
	int rc;

	if (!client_check(c, lab))
		return;
	rc = results_of_lab(c->monitor, lab, send_result, &r, &e);
	if (rc == 0 && msg->admin_results.by_step != 0)
		rc = results_by_step(c->monitor, lab, send_result, &r, &e);
	if (rc == -1)
		client_end(c, 1, e.text);
	else if (r.count == 0 && config_lab(c->monitor->config, lab) == NULL)
		client_end(c, 1,
		    "there is no lab of that name, and no result of one");
	else
		client_end(c, 0, "");
}
