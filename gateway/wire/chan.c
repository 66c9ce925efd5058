/* chan.c - one end of a link between two of atoll's processes. */
#include "gateway/wire/chan.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/wire/lasting.h"
#include "gateway/wire/rights.h"

/*
 * Room for the bytes of any message.  From the heap and not the stack: a frame
 * of this size has each of its pages touched by -fstack-clash-protection, which
 * would be 90 KiB in every idle init and session.  Untouched heap costs nothing.
 */
static uint8_t *
wire_new(struct err *e)
{
	uint8_t *wire = malloc(MSG_WIRE_MAX);

	if (wire == NULL)
		err_set(e, ENOMEM, "message buffer");
	return wire;
}

int
chan_pair(int ends[2], struct err *e)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
		return err_set(e, errno, "socketpair");
	return 0;
}

int
chan_nonblock(int fd, struct err *e)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1)
		return err_set(e, errno, "fcntl O_NONBLOCK");
	return 0;
}

/* A message carries exactly the descriptors that the list says. */
static bool
fds_are_as_listed(const struct msg *m)
{
	for (unsigned i = 0; i < MSG_FDS_MAX; i++) {
		if ((i < msg_fds(m->type)) != (m->fd[i] != -1))
			return false;
	}
	return true;
}

int
chan_pack(const struct chan *c, const struct msg *m, struct buf *b,
    struct err *e)
{
	if (!msg_is_allowed(m->type, c->self, c->peer))
		return err_set(e, EPERM, "send %s", msg_name(m->type));
	if (!fds_are_as_listed(m))
		return err_set(e, EINVAL, "%s descriptors", msg_name(m->type));
	return msg_encode(m, b, e);
}

int
chan_send_packed(int fd, const struct buf *b, const int fds[MSG_FDS_MAX],
    unsigned count, struct err *e)
{
	if (rights_send(fd, b->data, b->at, fds, count) == -1)
		return err_set(e, errno, "send");
	return 0;
}

int
chan_send(const struct chan *c, const struct msg *m, struct err *e)
{
	FREES uint8_t *wire = wire_new(e);
	struct buf b;

	if (wire == NULL)
		return -1;
	buf_init(&b, wire, MSG_WIRE_MAX);
	if (chan_pack(c, m, &b, e) == -1)
		return -1;
	if (chan_send_packed(c->fd, &b, m->fd, msg_fds(m->type), e) == -1)
		return err_wrap(e, "%s", msg_name(m->type));
	return 0;
}

/* Decode what arrived and hold it against messages.def. */
static int
check(const struct chan *c, struct msg *m, struct buf *b, struct err *e)
{
	if (msg_decode(m, b, e) == -1)
		return -1;
	if (!msg_is_allowed(m->type, c->peer, c->self))
		return err_set(e, EBADMSG, "%s from the wrong side",
		    msg_name(m->type));
	if (!fds_are_as_listed(m))
		return err_set(e, EBADMSG, "%s descriptor count",
		    msg_name(m->type));
	return 0;
}

/* What the errno of a failed recvmsg(2) means for the link. */
static enum chan_got
why_nothing(struct err *e)
{
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return CHAN_EMPTY;
	if (errno == ECONNRESET)
		return CHAN_CLOSED;
	err_set(e, errno, "recvmsg");
	return CHAN_BROKEN;
}

enum chan_got
chan_recv(const struct chan *c, struct msg *m, struct err *e)
{
	FREES uint8_t *wire = wire_new(e);
	struct rights r;
	struct buf b;
	ssize_t n;

	if (wire == NULL)
		return CHAN_BROKEN;
	n = rights_recv(c->fd, wire, MSG_WIRE_MAX, MSG_FDS_MAX, &r);
	if (n == -1)
		return why_nothing(e);
	if (n == 0) { /* the end, or a message without bytes: the same blame */
		rights_close(&r);
		return CHAN_CLOSED;
	}
	if (!r.whole) {
		rights_close(&r);
		err_set(e, EBADMSG, "message too large");
		return CHAN_BROKEN;
	}
	for (unsigned i = 0; i < MSG_FDS_MAX; i++)
		m->fd[i] = i < r.count ? r.fd[i] : -1;
	buf_init(&b, wire, (size_t)n);
	if (check(c, m, &b, e) == -1) {
		msg_close(m);
		return e->code == ENOMSG && link_lasts(c->self, c->peer)
			   ? CHAN_UNKNOWN
			   : CHAN_BROKEN;
	}
	return CHAN_MESSAGE;
}

int
chan_hello(const struct chan *c, struct err *e)
{
	FREES struct msg *m = malloc(sizeof(*m)); /* large, see wire_new() */

	if (m == NULL)
		return err_set(e, ENOMEM, "HELLO");
	MSG_NEW(m, HELLO, hello);
	m->hello.protocol = link_number(c->self, c->peer);
	return chan_send(c, m, e);
}

int
chan_check_hello(const struct chan *c, const struct msg *m, struct err *e)
{
	if (m->type != MSG_HELLO)
		return err_set(e, EPROTO, "%s before HELLO", msg_name(m->type));
	return link_check_number(c->self, c->peer, m->hello.protocol, e);
}
