/* web.c - atoll-web, its sockets, and what it asks. */
#include "gateway/monitor/links/web.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/privs.h"
#include "gateway/base/scope.h"
#include "gateway/monitor/links/browser.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/front_socket.h"
#include "gateway/monitor/links/wall.h"
#include "gateway/monitor/metrics/report.h"

#define LISTENERS_MAX 2 /* a name, and a port */
#define START_EACH_MS 1000
#define ASK_EACH_MS   500   /* it waits for a second */
#define USAGE_EACH_MS 10000 /* what sandboxes use is read so often at most */

struct web_link {
	struct link *link;   /* to atoll-web; owned, NULL while there is none */
	uint64_t started_ms; /* uv_now() of the last start; 0: never */
	uint64_t asked_ms;   /* and of its last question, */
	uint64_t usage_ms;   /* and of the last look at what is used */
	uint32_t serial;     /* of the question that waits for that; 0: none */
	size_t count;
	int listener[LISTENERS_MAX]; /* owned */
};

/* --- the sockets ------------------------------------------------------------ */

int
web_take(struct monitor *m, int fd, struct err *e)
{
	CLOSES int own = fd;

	if (m->web == NULL)
		m->web = calloc(1, sizeof(*m->web));
	if (m->web == NULL)
		return err_set(e, ENOMEM, "web");
	if (m->web->count == LISTENERS_MAX)
		return err_set(e, E2BIG, "listeners of atoll-web");
	m->web->listener[m->web->count++] = take_fd(&own);
	return 0;
}

int
web_open(struct monitor *m, struct err *e)
{
	const struct config *c = m->config;
	char path[PATH_SIZE];
	uid_t uid;
	gid_t gid;
	int fd;

	if (c->web_count == 0)
		return 0;
	if (privs_user(c->web_user, &uid, &gid, e) == -1)
		return -1;
	if (c->web[0].socket[0] != '\0')
		text_copy(path, sizeof(path), c->web[0].socket);
	else
		snprintf(path, sizeof(path), "%s/web.sock", c->run_dir);
	fd = front_socket_name("web", path, gid, e);
	if (fd == -1 || web_take(m, fd, e) == -1)
		return -1;
	if (c->web[0].port == 0)
		return 0;
	fd = front_socket_port("web", c->web[0].address, c->web[0].port, e);
	return fd == -1 ? -1 : web_take(m, fd, e);
}

size_t
web_count(const struct monitor *m)
{
	return m->web == NULL ? 0 : m->web->count;
}

int
web_fd(const struct monitor *m, size_t i)
{
	return m->web->listener[i];
}

/* --- the process ------------------------------------------------------------ */

static int
pass_listeners(const struct monitor *m, struct err *e)
{
	const struct web_link *w = m->web;
	struct msg msg;

	for (size_t i = 0; i < w->count; i++) {
		MSG_NEW(&msg, WEB_LISTENER, web_listener);
		msg.web_listener.has_terminal = browser_is_wanted(m);
		msg.fd[0] = w->listener[i]; /* stays ours */
		if (link_pass(w->link, &msg, e) == -1)
			return -1;
	}
	return 0;
}

static int
start_process(struct monitor *m, struct err *e)
{
	CLOSES int ours = -1;
	CLOSES int theirs = -1;

	if (chan_link(&ours, &theirs, e) == -1 ||
	    build_program(m, JAILED_WEB, theirs, e) == -1)
		return -1;
	m->web->link =
	    link_open(&m->loop, take_fd(&ours), m->routes->web, m, e);
	if (m->web->link == NULL)
		return -1;
	link_hello(m->web->link);
	return pass_listeners(m, e);
}

/* One that ends at once is not started as fast as it ends. */
void
web_tick(struct monitor *m)
{
	uint64_t now = uv_now(&m->loop);
	struct err e = { 0 };

	if (m->web == NULL || m->web->link != NULL || m->phase != SERVING ||
	    handover_is_on(m) ||
	    (m->web->started_ms != 0 &&
		now - m->web->started_ms < START_EACH_MS))
		return;
	m->web->started_ms = now;
	if (start_process(m, &e) == -1)
		log_error(NULL, "cannot start atoll-web: %s", e.text);
}

void
web_hello(struct monitor *m, struct msg *msg)
{
	struct err e = { 0 };

	if (link_check_hello(m->web->link, msg, &e) == -1) {
		log_error(NULL, "atoll-web: %s", e.text);
		link_close(m->web->link, e.text);
	}
}

void
web_closed(struct monitor *m, const char *why)
{
	m->web->link = NULL;
	m->web->serial = 0;
	m->web->asked_ms = 0;
	if (m->phase == STOPPING)
		return;
	log_error(NULL, "lost atoll-web: %s", why);
	metrics_lost(&m->metrics, LOST_WEB);
	web_tick(m);
}

/* --- its question ----------------------------------------------------------- */

static void
answer(struct monitor *m, uint32_t serial)
{
	m->web->serial = 0;
	if (m->web->link != NULL)
		report_send(m, m->web->link, serial);
}

static bool
on_usage(void *self, struct msg *msg)
{
	struct monitor *m = self;

	if (msg == NULL)
		return true; /* lost the builder: the monitor ends */
	if (msg->type == MSG_USAGE) {
		seat_take_usage(&m->registry, &msg->usage);
		return false;
	}
	if (m->web->serial != 0) /* else its link is another by now */
		answer(m, m->web->serial);
	return true;
}

/* Somebody who has taken it over can ask as fast as he likes: he is answered no
 * faster than Prometheus would be. */
void
web_metrics_get(struct monitor *m, struct msg *msg)
{
	struct web_link *w = m->web;
	uint64_t now = uv_now(&m->loop);

	if (w->serial != 0 || msg->serial == 0 || link_is_behind(w->link) ||
	    (w->asked_ms != 0 && now - w->asked_ms < ASK_EACH_MS)) {
		link_close(w->link, "it asks too often");
		return;
	}
	w->asked_ms = now;
	if (m->phase != SERVING || handover_is_on(m) ||
	    (w->usage_ms != 0 && now - w->usage_ms < USAGE_EACH_MS)) {
		answer(m, msg->serial);
		return;
	}
	w->usage_ms = now;
	w->serial = msg->serial;
	build_ask_usage(m, 0, on_usage, m);
}

/* A browser has brought the link to a wall. */
void
web_wall_enter(struct monitor *m, struct msg *msg)
{
	struct err e = { 0 };
	struct msg reply;

	wall_enter(m, &msg->wall_enter, &reply);
	reply.serial = msg->serial;
	if (link_pass(m->web->link, &reply, &e) == -1) {
		log_error(NULL, "cannot open a wall: %s", e.text);
		link_close(m->web->link, e.text); /* somebody waits there */
	}
	msg_close(&reply);
}

/* A browser is at the page of the terminal. */
void
web_terminal_open(struct monitor *m, struct msg *msg)
{
	struct err e = { 0 };
	struct msg reply;

	browser_open(m, &msg->terminal_open, &reply);
	reply.serial = msg->serial;
	if (link_pass(m->web->link, &reply, &e) == -1) {
		log_error(NULL, "cannot open a terminal: %s", e.text);
		link_close(m->web->link, e.text); /* somebody waits there */
	}
	msg_close(&reply);
}

/* --- its end ---------------------------------------------------------------- */

void
web_close(struct monitor *m)
{
	if (m->web == NULL)
		return;
	while (m->web->count > 0)
		scope_close(&m->web->listener[--m->web->count]);
	if (m->web->link != NULL)
		link_close(m->web->link, "stopping");
}

void
web_free(struct monitor *m)
{
	free(m->web);
	m->web = NULL;
}
