/* listener.c - sockets that listen in the sandbox, for ssh -R and ssh -A. */
#include "gateway/session/forward/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/scope.h"
#include "gateway/session/forward/forward_channel.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/channel.h"

/* The address that connected, as the client is told it. */
struct origin {
	char host[INET6_ADDRSTRLEN];
	int port;
};

/* --- the table ---------------------------------------------------------- */

void
listener_init(struct session *s)
{
	for (int i = 0; i < LISTENERS_MAX; i++)
		s->listeners[i] = (struct listener){ .fd = -1 };
}

static struct listener *
find_free(struct session *s)
{
	for (int i = 0; i < LISTENERS_MAX; i++) {
		if (s->listeners[i].kind == 0)
			return &s->listeners[i];
	}
	return NULL;
}

static void
drop(struct listener *l)
{
	scope_close(&l->fd);
	free(l->host);
	*l = (struct listener){ .fd = -1 };
}

bool
listener_add(struct session *s, const char *host, uint32_t port, int *fd)
{
	struct listener *l = find_free(s);
	char *name = l == NULL ? NULL : strdup(host);

	if (name == NULL)
		return false;
	*l = (struct listener){ .kind = FORWARDING_REMOTE,
		.fd = take_fd(fd),
		.port = port,
		.host = name };
	return true;
}

bool
listener_remove(struct session *s, const char *host, uint32_t port)
{
	for (int i = 0; i < LISTENERS_MAX; i++) {
		struct listener *l = &s->listeners[i];

		if (l->kind == FORWARDING_REMOTE && l->port == port &&
		    strcmp(l->host, host) == 0) {
			drop(l);
			return true;
		}
	}
	return false;
}

bool
listener_expect_agent(struct session *s, uint32_t serial)
{
	struct listener *l = find_free(s);

	for (int i = 0; i < LISTENERS_MAX; i++) {
		if (s->listeners[i].kind == FORWARDING_AGENT)
			return false;
	}
	if (l == NULL)
		return false;
	*l = (struct listener){ .kind = FORWARDING_AGENT,
		.fd = -1,
		.serial = serial };
	return true;
}

void
listener_open(struct session *s, uint32_t serial, int *fd)
{
	for (int i = 0; i < LISTENERS_MAX; i++) {
		struct listener *l = &s->listeners[i];

		if (l->kind != FORWARDING_AGENT || l->serial != serial ||
		    l->fd != -1)
			continue;
		l->fd = take_fd(fd);
		if (l->fd == -1)
			drop(l);
	}
}

void
listener_close_all(struct session *s)
{
	for (int i = 0; i < LISTENERS_MAX; i++)
		drop(&s->listeners[i]);
}

/* --- who connects ------------------------------------------------------- */

static void
describe(const struct sockaddr_storage *from, struct origin *o)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;

	*o = (struct origin){ .host = "127.0.0.1" };
	if (from->ss_family == AF_INET) {
		inet_ntop(AF_INET, &v4->sin_addr, o->host, sizeof(o->host));
		o->port = ntohs(v4->sin_port);
	} else if (from->ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &v6->sin6_addr, o->host, sizeof(o->host));
		o->port = ntohs(v6->sin6_port);
	}
}

/* libssh remembers that it has asked the client: calling again only returns
 * what came of it. */
static int
open_channel(struct channel *c, const struct listener *l,
    const struct origin *o)
{
	if (c->forwards == FORWARDING_AGENT)
		return ssh_channel_open_auth_agent(c->ssh);
	if (l == NULL)
		return ssh_channel_open_reverse_forward(c->ssh, "", 0, "", 0);
	return ssh_channel_open_reverse_forward(c->ssh, l->host, (int)l->port,
	    o->host, o->port);
}

static void
on_opened(struct channel *c, int rc)
{
	if (rc == SSH_OK)
		channel_step(c, CHANNEL_RUNNING);
	else if (rc != SSH_AGAIN)
		channel_drop(c);
}

static void
accept_one(struct session *s, struct listener *l)
{
	struct sockaddr_storage from = { .ss_family = AF_UNSPEC };
	socklen_t size = sizeof(from);
	CLOSES int fd = accept4(l->fd, (struct sockaddr *)&from, &size,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct channel *c;
	struct origin o;

	if (fd == -1) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			drop(l);
		return;
	}
	c = forward_channel(s, (enum forwarding)l->kind, &fd);
	if (c == NULL)
		return;
	describe(&from, &o);
	channel_step(c, CHANNEL_OPENING);
	on_opened(c, open_channel(c, l, &o));
}

/* When there are as many channels as are allowed, further connections wait in
 * the backlog. */
void
listener_wants(const struct session *s, struct pollfd *fds)
{
	bool is_full = s->forward_count >= FORWARDS_MAX;

	for (int i = 0; i < LISTENERS_MAX; i++)
		fds[i] =
		    (struct pollfd){ .fd = is_full ? -1 : s->listeners[i].fd,
			    .events = POLLIN };
}

void
listener_accept(struct session *s, const struct pollfd *fds)
{
	for (int i = 0; i < LISTENERS_MAX; i++) {
		/* It may have been closed since, and its place be another's:
		 * a vain accept does no harm. */
		if (fds[i].revents != 0 && s->listeners[i].fd != -1)
			accept_one(s, &s->listeners[i]);
	}
}

void
listener_check_opening(struct session *s)
{
	struct channel *c;

	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->state == CHANNEL_OPENING)
			on_opened(c, open_channel(c, NULL, NULL));
	}
}
