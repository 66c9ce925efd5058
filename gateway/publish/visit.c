/* visit.c - one connection of a browser's, and what becomes of it. */
#include "gateway/publish/visit.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/publish/answers.h"
#include "gateway/publish/visit_parts.h"

/* --- the monitor's answers ---------------------------------------------------- */

/* A sandbox whose init was taken over could send anything. */
static bool
is_stream(int fd)
{
	int type = 0, domain = 0;
	socklen_t size = sizeof(int);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
	       type == SOCK_STREAM && (domain == AF_INET || domain == AF_INET6);
}

void
visit_opened(struct visit *v, int fd, const struct msg_publish_opened *m)
{
	CLOSES int own = fd;
	int on = 1;

	if (v->state != VISIT_ASKING)
		return;
	if (!is_stream(fd)) {
		visit_say(v, 502, "this sandbox does not answer as one does");
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	v->server.fd = take_fd(&own);
	v->sandbox = m->sandbox;
	v->port = m->port;
	text_copy(v->machine, NAME_SIZE, m->machine);
	visit_step(v, VISIT_CONNECTING);
	visit_listen(v);
}

void
visit_refused(struct visit *v, const struct msg_publish_refused *m)
{
	if (v->state != VISIT_ASKING)
		return;
	v->port = m->port;
	text_copy(v->machine, NAME_SIZE, m->machine);
	switch (m->why) {
	case PUBLISH_SILENT:
		visit_say_port(v, 502, VISIT_SILENT);
		return;
	case PUBLISH_BUSY:
		visit_say(v, 503, m->reason);
		return;
	default:
		visit_say(v, 403,
		    m->reason[0] != '\0'
			? m->reason
			: "there is no such page now, or it is not for you to"
			  " see: 'lab publish' in the sandbox prints a link");
	}
}

void
visit_entered(struct visit *v, const struct msg_publish_entered *m)
{
	struct lines t = visit_begin_answer(v);

	if (v->state != VISIT_ASKING)
		return;
	answer_cookie(&t, request_cookie_name(v->url), m->cookie, m->seconds,
	    v->url->is_secure);
	visit_say_written(v, &t);
}

bool
visit_is_begun(const struct visit *v)
{
	return v->serial != 0 &&
	       (v->state == VISIT_ASKING || v->state == VISIT_CONNECTING ||
		   visit_is_joined(v));
}

void
visit_turn_away(struct visit *v)
{
	visit_say(v, 503,
	    "too many connections are at this page already: try again");
}

/* --- events ------------------------------------------------------------------- */

static void
discard(struct visit *v)
{
	struct flow *f = &v->up;

	f->at = f->end = 0;
	if (flow_read(f, v->client.fd, FLOW_SIZE) == GOT_END)
		visit_end(v);
}

/* A client that ends its half has gone, as nginx sees it, too. */
static void
on_client(struct visit *v, uint32_t events)
{
	if ((events & (EPOLLHUP | EPOLLERR)) != 0 ||
	    ((events & EPOLLRDHUP) != 0 && v->state != VISIT_HEAD &&
		v->state != VISIT_LEAVING)) {
		visit_end(v);
		return;
	}
	if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) {
		if (v->state == VISIT_HEAD)
			visit_read_request(v);
		else if (v->state == VISIT_LEAVING)
			discard(v);
		else if (visit_is_joined(v))
			visit_read_up(v);
	}
	if ((events & EPOLLOUT) != 0)
		visit_write_down(v);
}

static void
on_server(struct visit *v, uint32_t events)
{
	if (v->state == VISIT_CONNECTING) {
		visit_connected(v);
		events = EPOLLOUT;
	}
	if (visit_is_joined(v) && (events & EPOLLOUT) != 0)
		visit_write_up(v);
	if (visit_is_joined(v) &&
	    (events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0)
		visit_read_down(v);
}

void
visit_ready(struct visit_end *end, uint32_t events)
{
	struct visit *v = end->visit;

	if (v->state == VISIT_OVER || end->fd == -1)
		return;
	if (end == &v->client)
		on_client(v, events);
	else
		on_server(v, events);
	visit_listen(v);
}

/* --- its life ------------------------------------------------------------------ */

struct visit *
visit_new(int epoll, int fd, const struct publish_url *u)
{
	CLOSES int own = fd;
	struct visit *v = malloc(sizeof(*v));
	int on = 1;

	if (v == NULL)
		return NULL;
	/* Pages that hold no byte yet need not be there. */
	memset(&v->next, 0, offsetof(struct visit, up));
	v->up.at = v->up.end = v->down.at = v->down.end = 0;
	memset(&v->request, 0, sizeof(*v) - offsetof(struct visit, request));
	v->epoll = epoll;
	v->url = u;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	v->client = (struct visit_end){ v, take_fd(&own), 0, false };
	v->server = (struct visit_end){ v, -1, 0, false };
	visit_touch(v);
	visit_listen(v);
	if (v->state != VISIT_OVER)
		return v;
	visit_free(v);
	return NULL;
}

void
visit_free(struct visit *v)
{
	visit_close(v, &v->client);
	visit_close(v, &v->server);
	free(v);
}

void
visit_overdue(struct visit *v)
{
	switch (v->state) {
	case VISIT_HEAD:
		if (v->up.end > 0)
			visit_say_status(v, 408);
		else
			visit_end(v);
		return;
	case VISIT_ASKING:
		if (v->serial == 0)
			visit_turn_away(v);
		else
			visit_say(v, 504,
			    "this sandbox does not answer: try again");
		return;
	case VISIT_CONNECTING:
	case VISIT_WAITING:
		visit_say_port(v, 504, "what listens on %s does not answer");
		return;
	default:
		visit_end(v);
	}
}
