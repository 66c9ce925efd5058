/* link.c - a chan on the event loop. */
#include "gateway/monitor/links/link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/wire/lasting.h"

#define MESSAGES_PER_TURN 32 /* then other links have their turn */
#define UNKNOWN_MAX	  1000

/* A message that waits for room, with descriptors of its own. */
struct parcel {
	STAILQ_ENTRY(parcel) next;
	int fd[MSG_FDS_MAX];
	unsigned fds;
	struct buf bytes;
	uint8_t wire[];
};

struct link {
	uv_poll_t poll;
	struct chan chan;
	struct link_owner owner;
	STAILQ_HEAD(, parcel) queue;
	size_t queued, queue_max; /* bytes */
	bool closing;
	unsigned unknown; /* messages, see on_unknown() */
	char why[ERR_TEXT_SIZE];
};

static void on_poll(uv_poll_t *handle, int status, int events);

static void
parcel_free(struct parcel *p)
{
	for (unsigned i = 0; i < p->fds; i++)
		scope_close(&p->fd[i]);
	free(p);
}

static void
on_handle_closed(uv_handle_t *h)
{
	struct link *l = h->data;

	close(l->chan.fd); /* not earlier: epoll still knew it */
	while (!STAILQ_EMPTY(&l->queue)) {
		struct parcel *p = STAILQ_FIRST(&l->queue);

		STAILQ_REMOVE_HEAD(&l->queue, next);
		parcel_free(p);
	}
	if (l->owner.on_closed != NULL)
		l->owner.on_closed(l->owner.self, l->why);
	free(l);
}

void
link_close(struct link *l, const char *why)
{
	if (l->closing)
		return;
	l->closing = true;
	text_copy(l->why, sizeof(l->why), why);
	uv_poll_stop(&l->poll);
	uv_close((uv_handle_t *)&l->poll, on_handle_closed);
}

/* Listen for what there is to do now: always to read, and to write when
 * something waits. */
static void
listen_again(struct link *l)
{
	int events = UV_READABLE;

	if (l->closing)
		return;
	if (!STAILQ_EMPTY(&l->queue))
		events |= UV_WRITABLE;
	uv_poll_start(&l->poll, events, on_poll);
}

struct link *
link_open(uv_loop_t *loop, int fd, enum role peer, size_t queue_max,
    const struct link_owner *owner, struct err *e)
{
	struct link *l = calloc(1, sizeof(*l));

	if (l == NULL || uv_poll_init(loop, &l->poll, fd) != 0) {
		err_set(e, ENOMEM, "link to %d", peer);
		close(fd);
		free(l);
		return NULL;
	}
	l->chan = (struct chan){ .fd = fd, .self = MONITOR, .peer = peer };
	l->poll.data = l;
	l->owner = *owner;
	l->queue_max = queue_max;
	STAILQ_INIT(&l->queue);
	listen_again(l);
	return l;
}

static void
enqueue(struct link *l, const struct msg *m, const struct buf *b)
{
	struct parcel *p = malloc(sizeof(*p) + b->at);

	if (p == NULL || l->queued + b->at > l->queue_max) {
		free(p);
		link_close(l, "it does not read what it is sent");
		return;
	}
	memcpy(p->wire, b->data, b->at);
	buf_init(&p->bytes, p->wire, b->at);
	p->bytes.at = b->at;
	p->fds = msg_fds(m->type);
	for (unsigned i = 0; i < p->fds; i++)
		p->fd[i] = fcntl(m->fd[i], F_DUPFD_CLOEXEC, 3);
	l->queued += b->at;
	STAILQ_INSERT_TAIL(&l->queue, p, next);
	listen_again(l);
}

void
link_send(struct link *l, const struct msg *m)
{
	uint8_t wire[MSG_WIRE_MAX];
	struct err e = { 0 };
	struct buf b;

	if (l->closing)
		return;
	buf_init(&b, wire, sizeof(wire));
	if (chan_pack(&l->chan, m, &b, &e) == -1) {
		link_close(l, e.text);
		return;
	}
	if (STAILQ_EMPTY(&l->queue) &&
	    chan_send_packed(l->chan.fd, &b, m->fd, msg_fds(m->type), &e) == 0)
		return;
	if (STAILQ_EMPTY(&l->queue) && e.code != EAGAIN)
		link_close(l, e.text);
	else
		enqueue(l, m, &b);
}

void
link_hello(struct link *l)
{
	struct msg m;

	MSG_NEW(&m, HELLO, hello);
	m.hello.protocol = link_number(l->chan.self, l->chan.peer);
	link_send(l, &m);
}

int
link_check_hello(const struct link *l, const struct msg *m, struct err *e)
{
	return chan_check_hello(&l->chan, m, e);
}

static void
send_queued(struct link *l)
{
	struct parcel *p;

	while ((p = STAILQ_FIRST(&l->queue)) != NULL) {
		struct err e = { 0 };

		if (chan_send_packed(l->chan.fd, &p->bytes, p->fd, p->fds,
			&e) == -1) {
			if (e.code != EAGAIN)
				link_close(l, e.text);
			return;
		}
		STAILQ_REMOVE_HEAD(&l->queue, next);
		l->queued -= p->bytes.at;
		parcel_free(p);
	}
}

/* A peer of a newer build says what only such know; so may a hostile one, whose
 * flood is to have an end. */
static void
on_unknown(struct link *l, const struct err *e)
{
	if (l->unknown++ == 0)
		log_info(NULL, "a peer of a newer build: %s: ignored", e->text);
	if (l->unknown > UNKNOWN_MAX)
		link_close(l, "says too much that is unknown");
}

static void
receive(struct link *l)
{
	for (int i = 0; i < MESSAGES_PER_TURN && !l->closing; i++) {
		struct err e = { 0 };
		struct msg m;

		switch (chan_recv(&l->chan, &m, &e)) {
		case CHAN_MESSAGE:
			l->owner.on_message(l->owner.self, &m);
			msg_close(&m);
			break;
		case CHAN_UNKNOWN:
			on_unknown(l, &e);
			break;
		case CHAN_EMPTY:
			return;
		case CHAN_CLOSED:
			link_close(l, "closed by the peer");
			return;
		case CHAN_BROKEN:
			link_close(l, e.text);
			return;
		}
	}
}

void
link_finish(struct link *l, const char *why)
{
	struct pollfd p = { .fd = l->chan.fd, .events = POLLIN };

	while (!l->closing && poll(&p, 1, 0) == 1 && (p.revents & POLLIN) != 0)
		receive(l);
	link_close(l, why);
}

static void
on_poll(uv_poll_t *handle, int status, int events)
{
	struct link *l = handle->data;

	if (status < 0) {
		/* libuv reports EPOLLERR so: the peer is gone, but what it
		 * said before is still to be read. */
		receive(l);
		link_close(l, uv_strerror(status));
		return;
	}
	if ((events & UV_WRITABLE) != 0)
		send_queued(l);
	if ((events & UV_READABLE) != 0)
		receive(l);
	listen_again(l);
}

bool
link_is_behind(const struct link *l)
{
	return !STAILQ_EMPTY(&l->queue);
}

void
link_shutdown(struct link *l)
{
	shutdown(l->chan.fd, SHUT_WR);
}

void
link_forget(struct link *l)
{
	l->owner.on_closed = NULL;
	link_close(l, "");
}
