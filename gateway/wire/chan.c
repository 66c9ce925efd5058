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

/* Bytes of the message that is sent, and of the last one that came.  Static, and
 * not on the stack: there -fstack-clash-protection would touch each page of them,
 * in every idle init and session. */
static uint8_t outgoing[MSG_WIRE_MAX], incoming[MSG_WIRE_MAX];
static size_t incoming_used;

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

int
chan_link(int *ours, int *theirs, struct err *e)
{
	int ends[2];

	if (chan_pair(ends, e) == -1)
		return -1;
	if (chan_nonblock(ends[0], e) == -1) {
		close(ends[0]);
		close(ends[1]);
		return -1;
	}
	*ours = ends[0];
	*theirs = ends[1];
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
	struct buf b;
	int rc;

	buf_init(&b, outgoing, sizeof(outgoing));
	rc = chan_pack(c, m, &b, e);
	if (rc == 0 &&
	    chan_send_packed(c->fd, &b, m->fd, msg_fds(m->type), e) == -1)
		rc = err_wrap(e, "%s", msg_name(m->type));
	explicit_bzero(outgoing, b.at); /* it may have been a password */
	return rc;
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
	struct rights r;
	struct buf b;
	ssize_t n;

	/* It may have been a secret; and who looks at it still sees nothing,
	 * and not what somebody else says. */
	explicit_bzero(incoming, incoming_used);
	incoming_used = 0;
	n = rights_recv(c->fd, incoming, sizeof(incoming), MSG_FDS_MAX, &r);
	if (n == -1)
		return why_nothing(e);
	if (n == 0) { /* the end, or a message without bytes: the same blame */
		rights_close(&r);
		return CHAN_CLOSED;
	}
	incoming_used = (size_t)n;
	if (!r.whole) {
		rights_close(&r);
		err_set(e, EBADMSG, "message too large");
		return CHAN_BROKEN;
	}
	for (unsigned i = 0; i < MSG_FDS_MAX; i++)
		m->fd[i] = i < r.count ? r.fd[i] : -1;
	buf_init(&b, incoming, (size_t)n);
	if (check(c, m, &b, e) == -1) {
		msg_close(m);
		return e->code == ENOMSG && link_lasts(c->self, c->peer)
			   ? CHAN_UNKNOWN
			   : CHAN_BROKEN;
	}
	return CHAN_MESSAGE;
}

int
chan_hear(const struct chan *c, chan_handler *handle, void *self, struct err *e)
{
	struct msg m;
	int rc;

	switch (chan_recv(c, &m, e)) {
	case CHAN_MESSAGE:
		rc = handle(self, &m, e);
		msg_close(&m);
		return rc;
	case CHAN_CLOSED:
		return 1;
	case CHAN_BROKEN:
		return -1;
	case CHAN_EMPTY:
	case CHAN_UNKNOWN:
		break;
	}
	return 0;
}

int
chan_hello(const struct chan *c, struct err *e)
{
	struct msg m;

	MSG_NEW(&m, HELLO, hello);
	m.hello.protocol = link_number(c->self, c->peer);
	return chan_send(c, &m, e);
}

int
chan_check_hello(const struct chan *c, const struct msg *m, struct err *e)
{
	if (m->type != MSG_HELLO)
		return err_set(e, EPROTO, "%s before HELLO", msg_name(m->type));
	return link_check_number(c->self, c->peer, m->hello.protocol, e);
}
