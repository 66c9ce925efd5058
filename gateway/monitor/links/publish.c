/* publish.c - atoll-publish and its sockets. */
#include "gateway/monitor/links/publish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/privs.h"
#include "gateway/base/scope.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/links/front_socket.h"
#include "gateway/monitor/links/publish_state.h"

#define START_EACH_MS 1000

/* --- the sockets ------------------------------------------------------------ */

int
publish_take(struct monitor *m, int fd, struct err *e)
{
	CLOSES int own = fd;

	if (m->publish == NULL) {
		m->publish = calloc(1, sizeof(*m->publish));
		if (m->publish == NULL)
			return err_set(e, ENOMEM, "publish");
		TAILQ_INIT(&m->publish->dials);
	}
	if (m->publish->count == PUBLISH_LISTENERS)
		return err_set(e, E2BIG, "listeners of atoll-publish");
	m->publish->listener[m->publish->count++] = take_fd(&own);
	return 0;
}

int
publish_open(struct monitor *m, struct err *e)
{
	const struct config *c = m->config;
	const struct publishing *p = c->publishing;
	char path[PATH_SIZE];
	uid_t uid;
	gid_t gid;
	int fd;

	if (c->publishing_count == 0)
		return 0;
	if (privs_user(c->publish_user, &uid, &gid, e) == -1)
		return -1;
	if (p->socket[0] != '\0')
		text_copy(path, sizeof(path), p->socket);
	else
		snprintf(path, sizeof(path), "%s/publish.sock", c->run_dir);
	fd = front_socket_name("publishing", path, gid, e);
	if (fd == -1 || publish_take(m, fd, e) == -1)
		return -1;
	if (p->port == 0)
		return 0;
	fd = front_socket_port("publishing", p->address, p->port, e);
	return fd == -1 ? -1 : publish_take(m, fd, e);
}

size_t
publish_count(const struct monitor *m)
{
	return m->publish == NULL ? 0 : m->publish->count;
}

int
publish_fd(const struct monitor *m, size_t i)
{
	return m->publish->listener[i];
}

/* --- the process ------------------------------------------------------------ */

static int
pass_listeners(struct monitor *m, struct err *e)
{
	struct publish *p = m->publish;
	struct msg msg;

	for (size_t i = 0; i < p->count; i++) {
		MSG_NEW(&msg, PUBLISH_LISTENER, publish_listener);
		text_copy(msg.publish_listener.url, TEXT_SIZE,
		    m->config->publishing[0].url);
		msg.fd[0] = p->listener[i]; /* stays ours */
		if (link_pass(p->link, &msg, e) == -1)
			return -1;
	}
	return 0;
}

static int
start_process(struct monitor *m, struct err *e)
{
	struct publish *p = m->publish;
	CLOSES int ours = -1;
	CLOSES int theirs = -1;

	if (publish_url_parse(&p->url, m->config->publishing[0].url, e) == -1 ||
	    chan_link(&ours, &theirs, e) == -1 ||
	    build_program(m, JAILED_PUBLISH, theirs, e) == -1)
		return -1;
	p->link = link_open(&m->loop, take_fd(&ours), m->routes->publish, m, e);
	if (p->link == NULL)
		return -1;
	link_hello(p->link);
	return pass_listeners(m, e);
}

/* One that ends at once is not started as fast as it ends. */
void
publish_tick(struct monitor *m)
{
	uint64_t now = uv_now(&m->loop);
	struct publish *p = m->publish;
	struct err e = { 0 };

	if (p == NULL || p->link != NULL || m->phase != SERVING ||
	    m->config->publishing_count == 0 || handover_is_on(m) ||
	    (p->started_ms != 0 && now - p->started_ms < START_EACH_MS))
		return;
	p->started_ms = now;
	if (start_process(m, &e) == -1)
		log_error(NULL, "cannot start atoll-publish: %s", e.text);
}

void
publish_hello(struct monitor *m, struct msg *msg)
{
	struct err e = { 0 };

	if (link_check_hello(m->publish->link, msg, &e) == -1) {
		log_error(NULL, "atoll-publish: %s", e.text);
		link_close(m->publish->link, e.text);
	}
}

static void
forget_dials(struct publish *p)
{
	struct publish_dial *d;

	while ((d = TAILQ_FIRST(&p->dials)) != NULL) {
		TAILQ_REMOVE(&p->dials, d, next);
		free(d);
	}
	p->dial_count = 0;
}

void
publish_closed(struct monitor *m, const char *why)
{
	m->publish->link = NULL;
	forget_dials(m->publish);
	if (m->phase == STOPPING)
		return;
	log_error(NULL, "lost atoll-publish: %s", why);
	metrics_lost(&m->metrics, LOST_PUBLISH);
	publish_tick(m);
}

/* --- its end ---------------------------------------------------------------- */

void
publish_close(struct monitor *m)
{
	if (m->publish == NULL)
		return;
	while (m->publish->count > 0)
		scope_close(&m->publish->listener[--m->publish->count]);
	if (m->publish->link != NULL)
		link_close(m->publish->link, "stopping");
}

void
publish_free(struct monitor *m)
{
	if (m->publish == NULL)
		return;
	forget_dials(m->publish);
	free(m->publish->links);
	free(m->publish);
	m->publish = NULL;
}
