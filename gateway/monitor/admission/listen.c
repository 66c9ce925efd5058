/* listen.c - the listening sockets. */
#include "gateway/monitor/admission/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/monitor/admission/admission.h"
#include "gateway/monitor/links/zygote_link.h"

#define BACKLOG		 4096 /* cut by the kernel to net.core.somaxconn */
#define ACCEPTS_PER_TURN 64   /* then links and timers have their turn */
#define PAUSE_MS	 5

struct listener {
	uv_poll_t poll;
	struct monitor *monitor;
	int fd;
	struct address bound;
	bool is_v6;
};

struct listeners {
	size_t count;
	bool closed;
	uv_timer_t pause;
	struct listener at[];
};

/* As many as a configuration may name, and more than anybody has. */
#define RESTORED_MAX 256

static void on_readable(uv_poll_t *handle, int status, int events);

/* The socket address of an endpoint; returns its length. */
static socklen_t
resolve(const struct endpoint *ep, struct sockaddr_storage *to)
{
	struct sockaddr_in *in = (void *)to;
	struct sockaddr_in6 *in6 = (void *)to;

	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, ep->address, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)ep->port);
		return sizeof(*in);
	}
	inet_pton(AF_INET6, ep->address, &in6->sin6_addr);
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons((uint16_t)ep->port);
	return sizeof(*in6);
}

static int
bind_one(struct listener *l, const struct endpoint *ep, struct err *e)
{
	struct sockaddr_storage ss;
	socklen_t size = resolve(ep, &ss);
	CLOSES int fd =
	    socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;

	if (fd == -1)
		return err_set(e, errno, "socket");
	l->is_v6 = ss.ss_family == AF_INET6;
	/* A restart binds while connections of before are in TIME_WAIT.  An
	 * IPv6 socket takes no IPv4 (ipv6(7)): "::" and "0.0.0.0" are two
	 * addresses of the configuration, and each is bound for itself. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (l->is_v6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&ss, size) == -1 ||
	    listen(fd, BACKLOG) == -1)
		return err_set(e, errno,
		    errno == EADDRINUSE
			? "listen on %s port %d (another server has it:"
			  " 'ss -ltnp' shows which)"
			: "listen on %s port %d",
		    ep->address, (int)ep->port);
	size = sizeof(ss);
	if (getsockname(fd, (struct sockaddr *)&ss, &size) == -1)
		return err_set(e, errno, "getsockname");
	address_from(&l->bound, &ss);
	l->fd = take_fd(&fd);
	return 0;
}

static int
open_all(struct monitor *m, size_t n, struct err *e)
{
	m->listeners =
	    calloc(1, sizeof(struct listeners) + n * sizeof(struct listener));
	if (m->listeners == NULL)
		return err_set(e, ENOMEM, "listeners");
	uv_timer_init(&m->loop, &m->listeners->pause);
	m->listeners->pause.data = m;
	return 0;
}

/* Its socket is there. */
static int
add(struct monitor *m, struct listener *l, struct err *e)
{
	l->monitor = m;
	l->poll.data = l;
	m->listeners->count++;
	if (uv_poll_init(&m->loop, &l->poll, l->fd) != 0)
		return err_set(e, ENOMEM, "poll listener");
	return 0;
}

int
listeners_open(struct monitor *m, struct err *e)
{
	size_t n = m->config->listen_count;

	if (open_all(m, n, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct listener *l = &m->listeners->at[i];

		if (bind_one(l, &m->config->listen[i], e) == -1 ||
		    add(m, l, e) == -1)
			return -1;
	}
	return 0;
}

int
listener_restore(struct monitor *m, int fd, struct err *e)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t size = sizeof(ss);
	struct listener *l;

	if (m->listeners == NULL && open_all(m, RESTORED_MAX, e) == -1)
		return -1;
	if (m->listeners->count == RESTORED_MAX)
		return err_set(e, E2BIG, "listeners");
	if (getsockname(fd, (struct sockaddr *)&ss, &size) == -1)
		return err_set(e, errno, "getsockname");
	l = &m->listeners->at[m->listeners->count];
	l->fd = fd;
	l->is_v6 = ss.ss_family == AF_INET6;
	address_from(&l->bound, &ss);
	return add(m, l, e);
}

size_t
listeners_count(const struct monitor *m)
{
	return m->listeners->count;
}

int
listener_fd(const struct monitor *m, size_t i)
{
	return m->listeners->at[i].fd;
}

static void
on_pause_over(uv_timer_t *timer)
{
	listeners_resume(timer->data);
}

/* Clients need not be accepted faster than sessions can be forked: one that
 * waits in the backlog costs no descriptor. */
static void
pause_all(struct listeners *all)
{
	for (size_t i = 0; i < all->count; i++)
		uv_poll_stop(&all->at[i].poll);
	uv_timer_start(&all->pause, on_pause_over, PAUSE_MS, 0);
}

static void
on_readable(uv_poll_t *handle, int status, int events)
{
	struct listener *l = handle->data;
	struct monitor *m = l->monitor;

	(void)status;
	(void)events;
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		struct sockaddr_storage from;
		socklen_t size = sizeof(from);
		struct address peer;
		int client;

		/* Clients wait in the backlog meanwhile. */
		if (!zygote_is_ready(m)) {
			uv_poll_stop(&l->poll); /* a ready zygote resumes */
			return;
		}
		if (zygote_is_busy(m)) {
			pause_all(m->listeners);
			return;
		}
		client = accept4(l->fd, (struct sockaddr *)&from, &size,
		    SOCK_CLOEXEC);
		if (client != -1) {
			address_from(&peer, &from);
			admission_offer(m, client, &peer);
		} else if (errno == EMFILE || errno == ENFILE ||
			   errno == ENOMEM || errno == ENOBUFS) {
			log_error(NULL,
			    "cannot accept connections, pausing for a second: "
			    "%s",
			    strerror(errno));
			uv_poll_stop(&l->poll); /* the tick resumes */
			return;
		} else if (errno != ECONNABORTED && errno != EINTR) {
			return;
		}
	}
}

void
listeners_resume(struct monitor *m)
{
	if (!monitor_takes_new(m) || m->listeners->closed || handover_is_on(m))
		return;
	for (size_t i = 0; i < m->listeners->count; i++) {
		struct listener *l = &m->listeners->at[i];

		if (!uv_is_active((uv_handle_t *)&l->poll))
			uv_poll_start(&l->poll, UV_READABLE, on_readable);
	}
}

void
listeners_log(const struct monitor *m)
{
	for (size_t i = 0; i < m->listeners->count; i++)
		log_info(NULL, "ready address=%s port=%u",
		    m->listeners->at[i].bound.text,
		    m->listeners->at[i].bound.port);
}

void
listeners_text(const struct monitor *m, char *text, size_t size)
{
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < m->listeners->count && at + 64 < size; i++) {
		const struct listener *l = &m->listeners->at[i];

		at += (size_t)snprintf(text + at, size - at,
		    l->is_v6 ? "%s[%s]:%u" : "%s%s:%u", i == 0 ? "" : " ",
		    l->bound.text, l->bound.port);
	}
}

void
listeners_pause(struct monitor *m)
{
	for (size_t i = 0; i < m->listeners->count; i++)
		uv_poll_stop(&m->listeners->at[i].poll);
}

static void
on_listener_closed(uv_handle_t *h)
{
	struct listener *l = h->data;

	close(l->fd);
}

void
listeners_close(struct monitor *m)
{
	if (m->listeners == NULL || m->listeners->closed)
		return;
	m->listeners->closed = true;
	uv_close((uv_handle_t *)&m->listeners->pause, NULL);
	for (size_t i = 0; i < m->listeners->count; i++)
		uv_close((uv_handle_t *)&m->listeners->at[i].poll,
		    on_listener_closed);
}

void
listeners_free(struct monitor *m)
{
	free(m->listeners);
	m->listeners = NULL;
}
