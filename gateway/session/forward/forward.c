/*
 * forward.c - what a client asks to have forwarded, into its own sandbox.
 *
 * libssh 0.10 has no callbacks for these requests, only messages, which it
 * frees when our function returns: there is no answering later.
 */
#include "gateway/session/forward/forward.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/session/forward/forward_channel.h"
#include "gateway/session/forward/listener.h"
#include "gateway/session/seat.h"
#include "gateway/session/senders.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/session/transport/login_state.h"
#include "gateway/session/transport/reply.h"

/* Init answers at once, unless its sandbox is short of processor time. */
#define INIT_MS 3000

/* A listener whose queue is full: the channel is opened all the same, and what
 * comes of it is told by its end. */
#define CONNECT_MS 100

static bool
refuse(struct session *s, const char *what, const char *reason)
{
	session_log(s, LOG_WARN, "forwarding refused what=%s lab=%s reason=%s",
	    what, s->login.lab[0] == '\0' ? "-" : s->login.lab, reason);
	return false;
}

/* --- what the lab allows ------------------------------------------------ */

static const char *
name_of(enum forwarding kind)
{
	return kind == FORWARDING_LOCAL	   ? "local"
	       : kind == FORWARDING_REMOTE ? "remote"
					   : "agent";
}

/* Why the client may not forward, or NULL: it needs a seat, or gets one now, in
 * a lab that allows this. */
static const char *
obstacle(struct session *s, enum forwarding kind)
{
	const char *why = NULL;

	if (!login_is_done(s) || s->stage == STAGE_ENDING)
		return "log in first";
	if (!seat_take_now(s))
		why = "you are in no lab yet: name one at the login, as in"
		      " account+lab, or wait for your place";
	else if ((s->seat.forwarding & kind) == 0)
		why = "the lab does not allow it (forwarding)";
	else if (s->seat.is_frozen)
		why = FROZEN_SAYS;
	if (why != NULL)
		refuse(s, name_of(kind), why);
	return why;
}

/* --- requests to init -------------------------------------------------- */

/* Ask, and wait for the answer; its descriptor is the caller's. */
static int
ask_init(struct session *s, struct msg *m, uint32_t *port)
{
	struct pending_request *q = &s->pending;
	int64_t ends = clock_ms() + INIT_MS;

	*q = (struct pending_request){ .serial = ++s->serials,
		.fd = -1,
		.reason = "the sandbox does not answer; try again" };
	m->serial = q->serial;
	if (!link_tell_init(s, m))
		return -1;
	while (!q->is_answered && s->init.fd != -1) {
		struct pollfd p = { .fd = s->init.fd, .events = POLLIN };
		int64_t left = ends - clock_ms();

		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			break;
		session_read_init(s);
	}
	q->serial = 0;
	*port = q->port;
	return take_fd(&q->fd);
}

/* Init may have been replaced by its student: is this a stream socket of that
 * kind at all? */
static bool
is_socket(int fd, bool listens)
{
	int type = 0, accepts = 0;
	socklen_t size = sizeof(int);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) ==
		   0 &&
	       type == SOCK_STREAM && (accepts != 0) == listens;
}

static void
take_answer(struct pending_request *q, struct msg *m)
{
	struct err e;

	q->is_answered = true;
	if (m->type == MSG_FORWARD_FAILED) {
		text_copy(q->reason, TEXT_SIZE, m->forward_failed.reason);
		return;
	}
	text_copy(q->reason, TEXT_SIZE,
	    "the sandbox gave a wrong answer; try again");
	if (!is_socket(m->fd[0], m->type == MSG_LISTENING) ||
	    chan_nonblock(m->fd[0], &e) == -1)
		return;
	if (m->type == MSG_LISTENING)
		q->port = m->listening.port;
	q->fd = take_fd(&m->fd[0]);
}

void
forward_on_init(struct session *s, struct msg *m)
{
	struct pending_request late = { .fd = -1 };
	char reason[LOG_VALUE_SIZE];
	uint32_t serial = m->serial;

	if (serial == 0)
		return;
	if (serial == s->pending.serial && !s->pending.is_answered) {
		take_answer(&s->pending, m);
		return;
	}
	/* The answer about the agent's socket, which no callback waits for. */
	take_answer(&late, m);
	if (m->type == MSG_FORWARD_FAILED)
		session_log(s, LOG_WARN, "init says: %s",
		    log_value(reason, m->forward_failed.reason));
	listener_open(s, serial, &late.fd);
	scope_close(&late.fd);
}

/* --- local: ssh -L, -D, -W, -J ------------------------------------------ */

/* The errno with which the connection was refused, or 0. */
static int
await_connect(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int code = 0;

	if (poll(&p, 1, CONNECT_MS) == 1 &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) == -1)
		return errno;
	return code;
}

/* -1: e->text is for the client. */
static int
dial(struct session *s, const char *host, int port, struct err *e)
{
	CLOSES int fd = -1;
	uint32_t unused;
	struct msg m;
	int code;

	if (host == NULL || strlen(host) >= TEXT_SIZE)
		return err_set(e, 0, "no such host in this sandbox");
	if (port <= 0 && host[0] != '/')
		return err_set(e, 0, "no such port");
	MSG_NEW(&m, DIAL, dial);
	text_copy(m.dial.host, sizeof(m.dial.host), host);
	m.dial.port = (uint32_t)port;
	fd = ask_init(s, &m, &unused);
	if (fd == -1)
		return err_set(e, 0, "%s", s->pending.reason);
	code = await_connect(fd);
	return code == 0 ? take_fd(&fd) : err_set(e, 0, "%s", strerror(code));
}

/* A path has no port. */
static bool
open_local(struct session *s, ssh_message m, const char *host, int port)
{
	static const char crowded[] = "too many channels: close one first";
	CLOSES int fd = -1;
	struct channel *c;
	const char *why;
	struct err e;

	if (s->packet_max < PACKET_MIN)
		return reply_no_channel(s, OPEN_SHORTAGE, PACKETS_TOO_SMALL);
	why = obstacle(s, FORWARDING_LOCAL);
	if (why != NULL)
		return reply_no_channel(s, OPEN_PROHIBITED, why);
	fd = dial(s, host, port, &e);
	if (fd == -1) /* not logged: as common as a closed port */
		return reply_no_channel(s, OPEN_CONNECT_FAILED, e.text);
	c = forward_channel(s, FORWARDING_LOCAL, &fd);
	if (c == NULL) {
		refuse(s, "local", crowded);
		return reply_no_channel(s, OPEN_SHORTAGE, crowded);
	}
	c->number = s->opening;
	if (ssh_message_channel_request_open_reply_accept_channel(m, c->ssh) !=
	    SSH_OK) {
		channel_drop(c);
		return false;
	}
	channel_step(c, CHANNEL_RUNNING);
	return true;
}

/* --- remote: ssh -R ----------------------------------------------------- */

static bool
open_remote(struct session *s, ssh_message m)
{
	const char *host = ssh_message_global_request_address(m);
	CLOSES int fd = -1;
	struct msg ask;
	uint32_t port;

	if (host == NULL || strlen(host) >= TEXT_SIZE ||
	    obstacle(s, FORWARDING_REMOTE) != NULL)
		return false;
	MSG_NEW(&ask, LISTEN, listen);
	text_copy(ask.listen.host, sizeof(ask.listen.host), host);
	ask.listen.port = (uint32_t)ssh_message_global_request_port(m);
	fd = ask_init(s, &ask, &port);
	if (fd == -1)
		return refuse(s, "remote",
		    "the sandbox cannot listen there; try again, or"
		    " another port");
	if (!listener_add(s, host, port, &fd))
		return refuse(s, "remote",
		    "too many forwarded ports on this connection:"
		    " end one first");
	ssh_message_global_request_reply_success(m, (uint16_t)port);
	return true;
}

static bool
cancel_remote(struct session *s, ssh_message m)
{
	const char *host = ssh_message_global_request_address(m);
	int port = ssh_message_global_request_port(m);

	if (host == NULL || !listener_remove(s, host, (uint32_t)port))
		return false;
	ssh_message_global_request_reply_success(m, 0);
	return true;
}

static bool
on_open(struct session *s, ssh_message m)
{
	switch (ssh_message_subtype(m)) {
	case SSH_CHANNEL_DIRECT_TCPIP:
		return open_local(s, m,
		    ssh_message_channel_request_open_destination(m),
		    ssh_message_channel_request_open_destination_port(m));
	case SSH_CHANNEL_UNKNOWN: /* see libssh_hooks.c */
		if (s->socket_path[0] == '\0')
			return reply_no_channel(s, OPEN_CONNECT_FAILED,
			    "the path of a socket must begin with /");
		return open_local(s, m, s->socket_path, 0);
	default:
		return false;
	}
}

bool
forward_on_message(struct session *s, ssh_message m)
{
	int subtype = ssh_message_subtype(m);

	switch (ssh_message_type(m)) {
	case SSH_REQUEST_CHANNEL_OPEN:
		return on_open(s, m);
	case SSH_REQUEST_GLOBAL:
		if (subtype == SSH_GLOBAL_REQUEST_TCPIP_FORWARD)
			return open_remote(s, m);
		return subtype == SSH_GLOBAL_REQUEST_CANCEL_TCPIP_FORWARD &&
		       cancel_remote(s, m);
	default:
		return false;
	}
}
