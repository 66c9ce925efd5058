/* control.c - run_dir/admin.sock, for the administrator's tool. */
#include "gateway/monitor/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/monitor/accounts.h"
#include "gateway/monitor/build.h"
#include "gateway/monitor/limit.h"
#include "gateway/monitor/listen.h"
#include "gateway/monitor/results.h"
#include "gateway/monitor/roster.h"
#include "gateway/monitor/seating.h"
#include "gateway/shared/scope.h"

#define CLIENTS_MAX 32

/* One tool that is connected, and what it waits for. */
struct client {
	TAILQ_ENTRY(client) all;
	struct monitor *monitor;
	uint32_t number;
	struct roster *roster; /* owned; NULL when it names no accounts */
	struct link *link;     /* owned */
	bool greeted;
	bool awaits_load;
	uint32_t awaits_usage;	 /* a serial, or 0 */
	uint32_t awaits_sandbox; /* a number, or 0 */
	uint32_t awaits_home;	 /* a serial, or 0 */
	uint32_t awaits_export;	 /* a serial, or 0 */
	struct log_tag tag;
};

struct control {
	uv_poll_t poll;
	int fd;
	gid_t group;
	unsigned count;
	uint32_t last_number; /* given to a client */
	bool closed;
	TAILQ_HEAD(, client) clients;
};

static void
end(struct client *c, uint32_t status, const char *text)
{
	struct msg m;

	MSG_NEW(&m, ADMIN_END, admin_end);
	m.admin_end.status = status;
	text_copy(m.admin_end.text, TEXT_SIZE, text);
	link_send(c->link, &m);
}

/* --- for those who answer elsewhere --------------------------------------- */

void
control_end(struct client *c, uint32_t status, const char *text)
{
	end(c, status, text);
}

void
control_send(struct client *c, const struct msg *m)
{
	link_send(c->link, m);
}

void
control_drop(struct client *c, const char *why)
{
	link_close(c->link, why);
}

struct monitor *
control_monitor(const struct client *c)
{
	return c->monitor;
}

uint32_t
control_number(const struct client *c)
{
	return c->number;
}

const struct log_tag *
control_tag(const struct client *c)
{
	return &c->tag;
}

struct roster **
control_roster(struct client *c)
{
	return &c->roster;
}

struct client *
control_client(struct monitor *m, uint32_t number)
{
	struct client *c;

	TAILQ_FOREACH(c, &m->control->clients, all)
	{
		if (c->number == number)
			return c;
	}
	return NULL;
}

/* --- commands ------------------------------------------------------------- */

static void
on_hello(struct client *c, struct msg *msg)
{
	struct err e = { 0 };
	struct msg hello;

	MSG_NEW(&hello, HELLO, hello);
	hello.hello.protocol = PROTOCOL;
	link_send(c->link, &hello);
	if (chan_check_hello(msg, &e) == -1)
		link_close(c->link, e.text);
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
	link_send(c->link, &row);
	end(c, 0, "");
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
	link_send(c->link, &row);
}

void
control_usage_told(struct monitor *m, uint32_t serial)
{
	struct client *c;
	struct seat *s;

	TAILQ_FOREACH(c, &m->control->clients, all)
	{
		if (c->awaits_usage == 0 || c->awaits_usage > serial)
			continue;
		c->awaits_usage = 0;
		TAILQ_FOREACH(s, &m->registry.seats, all)
		send_seat(c, s);
		end(c, 0, "");
	}
}

static void
on_kill(struct client *c, struct msg *msg)
{
	struct monitor *m = c->monitor;
	struct seat *s = seat_find(&m->registry, msg->admin_kill.account,
	    msg->admin_kill.lab);

	if (s == NULL) {
		end(c, 1, "there is no such seat: 'atoll ls' shows all");
		return;
	}
	log_info(&c->tag, "kill account=%s lab=%s", s->account, s->lab);
	if (s->state == SEAT_QUEUED)
		end(c, 0, "");
	else
		c->awaits_sandbox = s->sandbox;
	seating_end(m, s, "your sandbox was ended by the administrator");
}

void
control_sandbox_ended(struct monitor *m, uint32_t sandbox)
{
	struct client *c;

	TAILQ_FOREACH(c, &m->control->clients, all)
	{
		if (c->awaits_sandbox != sandbox)
			continue;
		c->awaits_sandbox = 0;
		end(c, 0, "");
	}
}

/* --- exports ------------------------------------------------------------ */

static void
on_admin_export(struct client *c, struct msg *msg)
{
	struct monitor *m = c->monitor;
	const struct seat *s = seat_find(&m->registry,
	    msg->admin_export.account, msg->admin_export.lab);

	if (s == NULL ||
	    (s->state != SEAT_LIVE && s->state != SEAT_LINGERING)) {
		end(c, 1, "this seat has no sandbox: 'atoll ls' shows all");
		return;
	}
	log_info(&c->tag, "export account=%s lab=%s", s->account, s->lab);
	build_export(m, s->sandbox, msg->fd[0]);
	c->awaits_export = m->export_serial;
}

void
control_exported(struct monitor *m, const struct msg_exported *exported)
{
	struct client *c;

	TAILQ_FOREACH(c, &m->control->clients, all)
	{
		if (c->awaits_export != exported->serial)
			continue;
		c->awaits_export = 0;
		end(c, exported->failed != 0 ? 1 : 0, exported->reason);
	}
}

/* --- homes -------------------------------------------------------------- */

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
	    msg->admin_home_remove.lab);
	c->awaits_home = c->monitor->home_serial;
}

void
control_home_told(struct monitor *m, const struct msg_home *home)
{
	struct client *c;
	struct msg row;

	MSG_NEW(&row, KEPT, kept);
	text_copy(row.kept.account, NAME_SIZE, home->account);
	text_copy(row.kept.lab, NAME_SIZE, home->lab);
	row.kept.used = home->used;
	row.kept.size = home->size;
	row.kept.changed = home->changed;
	row.kept.sandboxes = home->sandboxes;
	TAILQ_FOREACH(c, &m->control->clients, all)
	{
		if (c->awaits_home == home->serial)
			link_send(c->link, &row);
	}
}

void
control_home_done(struct monitor *m, uint32_t serial, const char *reason)
{
	struct client *c;

	TAILQ_FOREACH(c, &m->control->clients, all)
	{
		if (c->awaits_home != serial)
			continue;
		c->awaits_home = 0;
		end(c, reason[0] == '\0' ? 0 : 1, reason);
	}
}

/* --- reload ------------------------------------------------------------- */

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

	link_send(r->client->link, result);
	r->count++;
}

static void
on_results(struct client *c, struct msg *msg)
{
	const char *lab = msg->admin_results.lab;
	struct results r = { .client = c };
	struct err e;

	if (results_of_lab(c->monitor, lab, send_result, &r, &e) == -1)
		end(c, 1, e.text);
	else if (r.count == 0 && config_lab(c->monitor->config, lab) == NULL)
		end(c, 1, "there is no such lab, and no result of one");
	else
		end(c, 0, "");
}

void
control_load_error(struct monitor *m, const char *text)
{
	struct client *c;
	struct msg row;

	MSG_NEW(&row, ADMIN_LINE, admin_line);
	text_copy(row.admin_line.text, TEXT_SIZE, text);
	TAILQ_FOREACH(c, &m->control->clients, all)
	{
		if (c->awaits_load)
			link_send(c->link, &row);
	}
}

void
control_loaded(struct monitor *m, const char *why)
{
	struct client *c;

	TAILQ_FOREACH(c, &m->control->clients, all)
	{
		if (!c->awaits_load)
			continue;
		c->awaits_load = false;
		end(c, why == NULL ? 0 : 1, why == NULL ? "" : why);
	}
}

static void (*const handlers[MSG_COUNT])(struct client *, struct msg *) = {
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

static void
on_message(void *self, struct msg *msg)
{
	struct client *c = self;

	if (c->greeted == (msg->type == MSG_HELLO))
		link_close(c->link, "out of order");
	else
		handlers[msg->type](c, msg);
}

static void
on_closed(void *self, const char *why)
{
	struct client *c = self;
	struct monitor *m = c->monitor;

	log_debug(&c->tag, "closed: %s", why);
	TAILQ_REMOVE(&m->control->clients, c, all);
	m->control->count--;
	roster_free(c->roster);
	free(c);
	monitor_check_stopped(m);
}

/* Is the peer root, or in the group?  The socket's mode let it in already;
 * this holds when somebody loosened that. */
static bool
may_administer(const struct control *ctl, int fd, struct ucred *peer)
{
	socklen_t size = sizeof(*peer);
	gid_t groups[256];
	socklen_t bytes = sizeof(groups);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &size) == -1)
		return false;
	if (peer->uid == 0 || peer->gid == ctl->group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &bytes) == -1)
		return false;
	for (size_t i = 0; i < bytes / sizeof(groups[0]); i++) {
		if (groups[i] == ctl->group)
			return true;
	}
	return false;
}

static void
greet(struct monitor *m, int client_fd)
{
	CLOSES int fd = client_fd;
	struct control *ctl = m->control;
	struct client *c;
	struct link_owner owner = { .on_message = on_message,
		.on_closed = on_closed };
	struct ucred peer = { 0 };
	struct err e = { 0 };

	if (!may_administer(ctl, fd, &peer) || ctl->count == CLIENTS_MAX) {
		log_warn(NULL, "administrator refused uid=%u", peer.uid);
		return;
	}
	c = owner.self = calloc(1, sizeof(*c));
	if (c == NULL)
		return;
	c->monitor = m;
	c->number = ++ctl->last_number;
	snprintf(c->tag.text, sizeof(c->tag.text), "admin uid=%u pid=%d",
	    peer.uid, peer.pid);
	c->link = link_open(&m->loop, take_fd(&fd), ADMIN, LINK_QUEUE_TRUSTED,
	    &owner, &e);
	if (c->link == NULL) {
		free(c);
		return;
	}
	TAILQ_INSERT_TAIL(&ctl->clients, c, all);
	ctl->count++;
}

static void
on_readable(uv_poll_t *handle, int status, int events)
{
	struct monitor *m = handle->data;
	int fd =
	    accept4(m->control->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)status;
	(void)events;
	if (fd != -1)
		greet(m, fd);
}

/* The socket with its owner and mode set before anybody can connect. */
static int
bind_socket(const char *path, gid_t group, struct err *e)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	CLOSES int fd =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (strlen(path) >= sizeof(sun.sun_path))
		return err_set(e, ENAMETOOLONG, "%s", path);
	text_copy(sun.sun_path, sizeof(sun.sun_path), path);
	if (unlink(path) == -1 && errno != ENOENT)
		return err_set(e, errno, "remove old %s", path);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    chown(path, 0, group) == -1 || chmod(path, 0660) == -1 ||
	    listen(fd, 16) == -1)
		return err_set(e, errno, "make %s", path);
	return take_fd(&fd);
}

int
control_open(struct monitor *m, gid_t group, struct err *e)
{
	char path[PATH_SIZE];

	m->control = calloc(1, sizeof(*m->control));
	if (m->control == NULL)
		return err_set(e, ENOMEM, "control");
	TAILQ_INIT(&m->control->clients);
	m->control->group = group;
	snprintf(path, sizeof(path), "%s/admin.sock", m->config->run_dir);
	m->control->fd = bind_socket(path, group, e);
	if (m->control->fd == -1)
		return -1;
	m->control->poll.data = m;
	if (uv_poll_init(&m->loop, &m->control->poll, m->control->fd) != 0 ||
	    uv_poll_start(&m->control->poll, UV_READABLE, on_readable) != 0)
		return err_set(e, ENOMEM, "poll admin.sock");
	return 0;
}

static void
on_control_closed(uv_handle_t *h)
{
	struct monitor *m = h->data;

	close(m->control->fd);
}

void
control_close(struct monitor *m)
{
	struct client *c;

	if (m->control == NULL || m->control->closed)
		return;
	m->control->closed = true;
	TAILQ_FOREACH(c, &m->control->clients, all)
	link_close(c->link, "stopping");
	uv_close((uv_handle_t *)&m->control->poll, on_control_closed);
}

void
control_free(struct monitor *m)
{
	free(m->control);
	m->control = NULL;
}
