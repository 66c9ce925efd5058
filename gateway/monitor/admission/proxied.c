/* proxied.c - connections from a load balancer, until it says for which
 * client. */
#include "gateway/monitor/admission/proxied.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/monitor/admission/proxy.h"

#define HEADER_MS 5000 /* a load balancer sends it with its first packet */

struct proxied {
	uv_poll_t poll;
	LIST_ENTRY(proxied) next;
	struct monitor *monitor;
	proxied_enter *enter;
	int fd; /* owned until it enters */
	bool closing, complete;
	struct address peer; /* of the connection, then the client's */
	uint64_t since_ms;
	struct proxy_header header;
	size_t have;
	uint8_t bytes[PROXY_SIZE_MAX];
};

/* The socket is handed on only when libuv has let go of it: two poll handles
 * for one descriptor would be an error (uv_poll_init(), EEXIST). */
static void
on_handle_closed(uv_handle_t *h)
{
	struct proxied *p = h->data;

	if (p->complete)
		p->enter(p->monitor, p->fd, &p->peer);
	else
		close(p->fd);
	free(p);
}

static void
leave(struct proxied *p)
{
	if (p->closing)
		return;
	p->closing = true;
	LIST_REMOVE(p, next);
	p->monitor->proxied_count--;
	uv_close((uv_handle_t *)&p->poll, on_handle_closed);
}

static void
fail(struct proxied *p, const char *why)
{
	char reason[ERR_TEXT_SIZE];

	snprintf(reason, sizeof(reason),
	    "no PROXY protocol header from an address of proxy_from: %s", why);
	refusal_send(&p->monitor->refusals, p->fd, &p->peer, REFUSED_PROXY,
	    reason, uv_now(&p->monitor->loop));
	leave(p);
}

/* Read what the header still needs.  False when there is no more for now, or
 * it is over. */
static bool
read_more(struct proxied *p)
{
	ssize_t n = recv(p->fd, p->bytes + p->have, p->header.size - p->have,
	    MSG_DONTWAIT);

	if (n > 0) {
		p->have += (size_t)n;
		return true;
	}
	if (n == 0)
		fail(p, "closed before its end");
	else if (errno != EAGAIN && errno != EINTR)
		fail(p, strerror(errno));
	return false;
}

static void
on_readable(uv_poll_t *handle, int status, int events)
{
	struct proxied *p = handle->data;
	struct err e = { 0 };

	(void)status;
	(void)events;
	while (!p->closing && read_more(p)) {
		switch (proxy_parse(&p->header, p->bytes, p->have, &e)) {
		case PROXY_MORE:
			break;
		case PROXY_FROM:
			p->peer = p->header.address;
			p->complete = true;
			leave(p);
			break;
		case PROXY_SELF:
			p->complete = true;
			leave(p);
			break;
		case PROXY_BAD:
			fail(p, e.text);
			break;
		}
	}
}

void
proxied_wait(struct monitor *m, int client, const struct address *peer,
    proxied_enter *enter)
{
	struct proxied *p = calloc(1, sizeof(*p));

	if (p == NULL || m->proxied_count >= m->config->unauthenticated_max ||
	    uv_poll_init(&m->loop, &p->poll, client) != 0) {
		refusal_send(&m->refusals, client, peer, REFUSED_PLACES,
		    "too many connections wait for their PROXY protocol"
		    " header; try again in a moment",
		    uv_now(&m->loop));
		close(client);
		free(p);
		return;
	}
	p->poll.data = p;
	p->monitor = m;
	p->enter = enter;
	p->fd = client;
	p->peer = *peer;
	p->since_ms = uv_now(&m->loop);
	p->header.size = PROXY_SIZE_MIN;
	m->proxied_count++;
	LIST_INSERT_HEAD(&m->proxied, p, next);
	uv_poll_start(&p->poll, UV_READABLE, on_readable);
}

static void
end_older_than(struct monitor *m, uint64_t ms)
{
	uint64_t now = uv_now(&m->loop);
	struct proxied *p = LIST_FIRST(&m->proxied);

	while (p != NULL) {
		struct proxied *next = LIST_NEXT(p, next);

		if (now - p->since_ms >= ms)
			fail(p,
			    ms == 0 ? "stopping" : "it did not come in 5 s");
		p = next;
	}
}

void
proxied_tick(struct monitor *m)
{
	end_older_than(m, HEADER_MS);
}

void
proxied_close_all(struct monitor *m)
{
	end_older_than(m, 0);
}
