/* serve.c - the loop of atoll-names. */
#include "gateway/names/serve.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/net_range.h"
#include "gateway/base/scope.h"
#include "gateway/names/asks.h"
#include "gateway/names/seats.h"

#define ASKED_AT     53
#define QUESTION_MAX 1024

int
serve_open(struct err *e)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(ASKED_AT),
		.sin_addr.s_addr = htonl(NET_GATEWAY) };
	const int on = 1;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	/* Whether atoll-net has set the address already or not. */
	if (fd == -1 ||
	    setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on)) == -1 ||
	    bind(fd, (const struct sockaddr *)&at, sizeof(at)) == -1) {
		err_set(e, errno, "a socket for questions");
		scope_close(&fd);
	}
	return fd;
}

/* --- what sandboxes ask ------------------------------------------------------- */

static void
answer(struct names *n, struct names_seat *s, const struct dns_question *q,
    const struct sockaddr_in *from)
{
	if (!q->is_internet || seats_allowing(s, q->name) == 0) {
		/* Who asks for one asks for the other. */
		if (q->type != DNS_TYPE_AAAA && q->name[0] != '\0')
			asks_trouble(n, s->number, NAME_NOT_ALLOWED, q->name);
		asks_reply(n, from, q, DNS_REFUSED, NULL);
	} else if (q->type != DNS_TYPE_A) {
		/* There is no IPv6, and nothing else to know. */
		asks_reply(n, from, q, DNS_FINE, NULL);
	} else {
		asks_begin(n, s, q, from);
	}
}

/* One question. */
static void
read_sandboxes(struct names *n)
{
	uint8_t bytes[QUESTION_MAX];
	struct sockaddr_in from = { .sin_family = AF_INET };
	socklen_t length = sizeof(from);
	struct dns_question q;
	struct names_seat *s;
	ssize_t size = recvfrom(n->sandboxes, bytes, sizeof(bytes),
	    MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&from, &length);

	/* The rules let through who sends as himself alone. */
	if (size <= 0 || (size_t)size > sizeof(bytes) ||
	    (s = seats_at(n, ntohl(from.sin_addr.s_addr))) == NULL)
		return;
	if (!dns_question_read(&q, bytes, (size_t)size))
		return;
	if (bucket_take(&s->questions, clock_ms()))
		answer(n, s, &q, &from);
	else if (q.name[0] != '\0' && bucket_take(&s->warnings, clock_ms()))
		asks_trouble(n, s->number, NAME_TOO_FAST, q.name);
}

/* --- what the links say ------------------------------------------------------- */

static int
on_message(struct names *n, const struct chan *from, const struct msg *m,
    struct err *e)
{
	struct names_seat *s;

	switch (m->type) {
	case MSG_HELLO:
		return chan_check_hello(from, m, e);
	case MSG_NAMES_SITE:
		n->resolver = m->names_site.resolver;
		return 0;
	case MSG_NAMES_SEAT:
		return seats_add(n, &m->names_seat, e);
	case MSG_NAMES_SEAT_END:
		s = seats_find(n, m->names_seat_end.number);
		if (s != NULL)
			seats_remove(s);
		return 0;
	case MSG_NAMES_PASSED:
		asks_passed(n, m->serial, &m->names_passed.addresses);
		return 0;
	default:
		return err_set(e, EPROTO, "%s", msg_name(m->type));
	}
}

static int
on_builder(void *self, struct msg *m, struct err *e)
{
	struct names *n = self;

	return on_message(n, &n->builder, m, e);
}

static int
on_net(void *self, struct msg *m, struct err *e)
{
	struct names *n = self;

	return on_message(n, &n->net, m, e);
}

/* --- the loop ----------------------------------------------------------------- */

/* In this order: poll(2) looks at them one after the other, and a sandbox asks after
 * atoll-net has told of it, so that who can be heard is known. */
enum { AT_SANDBOXES, AT_BUILDER, AT_NET, AT_ASKS };

/* The one that waits in place i is ask i; poll(2) leaves out what has no socket. */
static void
fill(const struct names *n, struct pollfd p[AT_ASKS + ASKS_MAX])
{
	p[AT_BUILDER] = (struct pollfd){ n->builder.fd, POLLIN, 0 };
	p[AT_NET] = (struct pollfd){ n->net.fd, POLLIN, 0 };
	p[AT_SANDBOXES] = (struct pollfd){ n->sandboxes, POLLIN, 0 };
	for (size_t i = 0; i < ASKS_MAX; i++)
		p[AT_ASKS + i] = (struct pollfd){ n->asks[i].fd, POLLIN, 0 };
}

int
names_serve(struct names *n, struct err *e)
{
	struct pollfd p[AT_ASKS + ASKS_MAX];
	int rc = 0;

	asks_init(n);
	if (chan_hello(&n->builder, e) == -1 || chan_hello(&n->net, e) == -1)
		return -1;
	while (rc == 0) {
		fill(n, p);
		if (poll(p, AT_ASKS + ASKS_MAX, asks_wait_ms(n)) == -1) {
			if (errno != EINTR)
				return err_set(e, errno, "poll");
			continue;
		}
		if (p[AT_BUILDER].revents != 0)
			rc = chan_hear(&n->builder, on_builder, n, e);
		if (rc == 0 && p[AT_NET].revents != 0)
			rc = chan_hear(&n->net, on_net, n, e);
		for (size_t i = 0; i < ASKS_MAX; i++) {
			/* None began since, and so none has another's socket. */
			if (p[AT_ASKS + i].revents != 0 &&
			    n->asks[i].state == ASK_AT_RESOLVER)
				asks_hear(n, &n->asks[i]);
		}
		asks_late(n);
		if (p[AT_SANDBOXES].revents != 0 && p[AT_NET].revents == 0)
			read_sandboxes(n);
	}
	return rc == 1 ? 0 : -1;
}
