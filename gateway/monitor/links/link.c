/* link.c - a chan on the event loop. */
#include "gateway/monitor/links/link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
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

/* A request that is not answered to its end. */
struct call {
	LIST_ENTRY(call) next;
	uint32_t serial;
	link_reply *on_reply;
	void *self;
};

struct link {
	uv_poll_t poll;
	struct chan chan;
	const struct link_kind *kind;
	void *self;
	bool is_forgotten;    /* by its owner */
	uint32_t last_serial; /* of a call; 0: none was made */
	LIST_HEAD(, call) calls;
	STAILQ_HEAD(, parcel) queue;
	size_t queued; /* bytes */
	bool closing, is_held;
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

/* Each hears NULL, once: what it keeps for its answer is to be freed. */
static void
end_calls(struct link *l)
{
	while (!LIST_EMPTY(&l->calls)) {
		struct call *c = LIST_FIRST(&l->calls);

		LIST_REMOVE(c, next);
		c->on_reply(c->self, NULL);
		free(c);
	}
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
	end_calls(l);
	if (!l->is_forgotten && l->kind->on_closed != NULL)
		l->kind->on_closed(l->self, l->why);
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
	int events = l->is_held ? 0 : UV_READABLE;

	if (l->closing)
		return;
	if (!STAILQ_EMPTY(&l->queue))
		events |= UV_WRITABLE;
	uv_poll_start(&l->poll, events, on_poll);
}

struct link *
link_open(uv_loop_t *loop, int fd, const struct link_kind *kind, void *self,
    struct err *e)
{
	struct link *l = calloc(1, sizeof(*l));

	if (l == NULL || uv_poll_init(loop, &l->poll, fd) != 0) {
		err_set(e, ENOMEM, "link to %d", kind->peer);
		close(fd);
		free(l);
		return NULL;
	}
	l->chan =
	    (struct chan){ .fd = fd, .self = MONITOR, .peer = kind->peer };
	l->poll.data = l;
	l->kind = kind;
	l->self = self;
	STAILQ_INIT(&l->queue);
	LIST_INIT(&l->calls);
	listen_again(l);
	return l;
}

/* Copies of its descriptors for a message that waits; -1, and it has none. */
static int
keep_fds(struct parcel *p, const struct msg *m, struct err *e)
{
	unsigned count = msg_fds(m->type);

	for (p->fds = 0; p->fds < count && p->fds < MSG_FDS_MAX; p->fds++) {
		p->fd[p->fds] = fcntl(m->fd[p->fds], F_DUPFD_CLOEXEC, 3);
		if (p->fd[p->fds] != -1)
			continue;
		err_set(e, errno, "%s waits to be sent", msg_name(m->type));
		while (p->fds > 0)
			scope_close(&p->fd[--p->fds]);
		return -1;
	}
	return 0;
}

static int
enqueue(struct link *l, const struct msg *m, const struct buf *b, struct err *e)
{
	struct parcel *p = malloc(sizeof(*p) + b->at);

	if (p == NULL || l->queued + b->at > l->kind->queue_max) {
		free(p);
		link_close(l, "the peer does not read what it is sent");
		return 0;
	}
	if (keep_fds(p, m, e) == -1) {
		free(p);
		return -1;
	}
	memcpy(p->wire, b->data, b->at);
	buf_init(&p->bytes, p->wire, b->at);
	p->bytes.at = b->at;
	l->queued += b->at;
	STAILQ_INSERT_TAIL(&l->queue, p, next);
	listen_again(l);
	return 0;
}

int
link_pass(struct link *l, const struct msg *m, struct err *e)
{
	static uint8_t wire[MSG_WIRE_MAX]; /* 150 KiB: not on the stack */
	struct buf b;

	if (l->closing)
		return 0;
	buf_init(&b, wire, sizeof(wire));
	if (chan_pack(&l->chan, m, &b, e) == -1) {
		link_close(l, e->text);
		return 0;
	}
	if (STAILQ_EMPTY(&l->queue)) {
		if (chan_send_packed(l->chan.fd, &b, m->fd, msg_fds(m->type),
			e) == 0)
			return 0;
		if (e->code != EAGAIN) {
			link_close(l, e->text);
			return 0;
		}
	}
	return enqueue(l, m, &b, e);
}

void
link_send(struct link *l, const struct msg *m)
{
	struct err e = { 0 };

	if (link_pass(l, m, &e) == -1)
		link_close(l, e.text);
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

int
link_call(struct link *l, struct msg *m, link_reply *on_reply, void *self,
    struct err *e)
{
	struct call *c = malloc(sizeof(*c));

	if (c == NULL) {
		link_close(l, "out of memory");
		return 0;
	}
	if (++l->last_serial == 0) /* it is no serial, see msg.h */
		l->last_serial++;
	m->serial = l->last_serial;
	*c = (struct call){ .serial = m->serial,
		.on_reply = on_reply,
		.self = self };
	LIST_INSERT_HEAD(&l->calls, c, next);
	if (link_pass(l, m, e) == 0)
		return 0;
	LIST_REMOVE(c, next);
	free(c);
	return -1;
}

void
link_cancel(struct link *l, const void *self)
{
	struct call *c, *next;

	for (c = LIST_FIRST(&l->calls); c != NULL; c = next) {
		next = LIST_NEXT(c, next);
		if (c->self != self)
			continue;
		LIST_REMOVE(c, next);
		free(c);
	}
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

/* A peer of a newer build may send messages that only such builds know.  So may
 * a hostile one, whose flood has to have an end. */
static void
on_unknown(struct link *l, uint32_t serial, const struct err *e)
{
	if (l->unknown++ == 0)
		log_info(NULL, "a peer of a newer build: %s: ignored", e->text);
	if (l->unknown > UNKNOWN_MAX)
		link_close(l, "sent too many messages that are unknown");
	else if (l->kind->on_unknown != NULL && serial != 0 &&
		 l->last_serial == 0)
		l->kind->on_unknown(l->self, serial);
}

static struct call *
find_call(struct link *l, uint32_t serial)
{
	struct call *c;

	LIST_FOREACH(c, &l->calls, next) {
		if (c->serial == serial)
			break;
	}
	return c;
}

/* Give an answer to its request, if that was not cancelled.  on_reply may
 * cancel it too, or free whoever asked: so it is looked for a second time. */
static void
deliver_reply(struct link *l, struct msg *m)
{
	uint32_t serial = m->serial;
	struct call *c = find_call(l, serial);

	if (c == NULL || !c->on_reply(c->self, m))
		return;
	c = find_call(l, serial);
	if (c == NULL)
		return;
	LIST_REMOVE(c, next);
	free(c);
}

void
link_reply_only(void *self, struct msg *m)
{
	(void)self;
	(void)m;
}

static void
dispatch(struct link *l, struct msg *m)
{
	link_handler *handle = l->kind->handlers[m->type];
	char why[ERR_TEXT_SIZE];

	/* On a link that requests were sent on, a serial is theirs; on any
	 * other it is of the peer's own request. */
	if (l->last_serial != 0 && m->serial != 0) {
		deliver_reply(l, m);
		return;
	}
	if (l->kind->may_say != NULL && !l->kind->may_say(l->self, m))
		return;
	if (handle != NULL && handle != link_reply_only) {
		handle(l->self, m);
		return;
	}
	snprintf(why, sizeof(why), "nothing handles the message %s",
	    msg_name(m->type));
	log_error(NULL, "link to %s: %s", role_name(l->kind->peer), why);
	link_close(l, why);
}

static void
receive(struct link *l)
{
	for (int i = 0; i < MESSAGES_PER_TURN && !l->closing && !l->is_held;
	     i++) {
		struct err e = { 0 };
		struct msg m;

		switch (chan_recv(&l->chan, &m, &e)) {
		case CHAN_MESSAGE:
			dispatch(l, &m);
			msg_close(&m);
			break;
		case CHAN_UNKNOWN:
			on_unknown(l, m.serial, &e);
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
link_hear(struct link *l)
{
	struct pollfd p = { .fd = l->chan.fd, .events = POLLIN };

	while (!l->closing && !l->is_held && poll(&p, 1, 0) == 1 &&
	       (p.revents & POLLIN) != 0)
		receive(l);
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

bool
link_is_quiet(const struct link *l)
{
	return !l->closing && STAILQ_EMPTY(&l->queue) && LIST_EMPTY(&l->calls);
}

void
link_hold(struct link *l)
{
	l->is_held = true;
	listen_again(l);
}

void
link_go_on(struct link *l)
{
	l->is_held = false;
	listen_again(l);
}

int
link_await(struct link *l, enum msg_type type, int ms, struct msg *m)
{
	struct pollfd p = { .fd = l->chan.fd, .events = POLLIN };
	uint64_t until = uv_hrtime() / 1000000 + (uint64_t)ms;
	struct err e;

	while (!l->closing) {
		uint64_t now = uv_hrtime() / 1000000;

		if (now >= until || poll(&p, 1, (int)(until - now)) != 1 ||
		    chan_recv(&l->chan, m, &e) != CHAN_MESSAGE)
			break; /* the loop will see an end, too */
		if (m->type == type)
			return 0;
		dispatch(l, m);
		msg_close(m);
	}
	return -1;
}

int
link_fd(const struct link *l)
{
	return l->chan.fd;
}

void
link_shutdown(struct link *l)
{
	shutdown(l->chan.fd, SHUT_WR);
}

void
link_forget(struct link *l)
{
	l->is_forgotten = true;
	link_close(l, "");
}
