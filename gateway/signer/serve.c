/* serve.c - the loop of atoll-signer, and its link to the monitor. */
#include "gateway/signer/serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/signer/client.h"

#define EVENTS_MAX 64

/* Key exchanges after the login: so many at once, then one a minute.  A client with
 * "RekeyLimit 1M" that moves a file has that many. */
#define RENEWALS_MAX	 2048
#define RENEWALS_EACH_MS 60000

static int
watch(const struct signer *s, int fd, void *self, struct err *e)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = self };

	if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) == -1)
		return err_set(e, errno, "epoll");
	return 0;
}

/* --- the monitor ---------------------------------------------------------------- */

/* Without memory the session sees the end of its link. */
static void
add_client(struct signer *s, struct msg *m)
{
	struct client *c = calloc(1, sizeof(*c));
	struct err e;

	if (c == NULL)
		return;
	c->link = (struct chan){ take_fd(&m->fd[0]), SIGNER, SESSION };
	c->connection = m->signer_connection.connection;
	c->is_logged_in = m->signer_connection.is_logged_in != 0;
	bucket_fill(&c->renewals, RENEWALS_MAX, RENEWALS_EACH_MS);
	if (chan_nonblock(c->link.fd, &e) == -1 ||
	    watch(s, c->link.fd, c, &e) == -1) {
		log_error(NULL, "atoll-signer: %s", e.text);
		scope_close(&c->link.fd);
		free(c);
		return;
	}
	LIST_INSERT_HEAD(&s->clients, c, all);
}

static void
on_logged_in(struct signer *s, uint32_t connection)
{
	struct client *c;

	LIST_FOREACH(c, &s->clients, all) {
		if (c->connection == connection)
			c->is_logged_in = true;
	}
}

static int
on_message(struct signer *s, struct msg *m, struct err *e)
{
	struct msg pong;

	switch (m->type) {
	case MSG_HELLO:
		return chan_check_hello(&s->monitor, m, e);
	case MSG_SIGNER_CONNECTION:
		add_client(s, m);
		return 0;
	case MSG_SIGNER_LOGGED_IN:
		on_logged_in(s, m->signer_logged_in.connection);
		return 0;
	case MSG_SIGNER_PING:
		MSG_NEW(&pong, SIGNER_PONG, signer_pong);
		pong.serial = m->serial;
		return signer_tell(s, &pong, e);
	default:
		return 0;
	}
}

/* All that it has said.  1: there will be no more. */
static int
read_monitor(struct signer *s, struct err *e)
{
	struct msg m;
	int rc = 0;

	while (rc == 0) {
		switch (chan_recv(&s->monitor, &m, e)) {
		case CHAN_MESSAGE:
			rc = on_message(s, &m, e);
			msg_close(&m);
			break;
		case CHAN_EMPTY:
			return 0;
		case CHAN_UNKNOWN:
			break;
		case CHAN_CLOSED:
			return 1;
		case CHAN_BROKEN:
			return -1;
		}
	}
	return rc;
}

static int
tell_keys(const struct signer *s, struct err *e)
{
	char line[LINE_SIZE];
	struct msg m;

	for (unsigned i = 0; i < s->count; i++) {
		MSG_NEW(&m, HOST_KEY, host_key);
		public_key_line(&s->keys[i], line, sizeof(line));
		m.host_key.key = line;
		m.host_key.is_next = s->keys[i].is_next;
		if (signer_tell(s, &m, e) == -1)
			return -1;
	}
	MSG_NEW(&m, SIGNER_READY, signer_ready);
	return signer_tell(s, &m, e);
}

/* --- the loop -------------------------------------------------------------------- */

static void
sweep(struct signer *s)
{
	struct client *c, *next;

	for (c = LIST_FIRST(&s->clients); c != NULL; c = next) {
		next = LIST_NEXT(c, all);
		if (!c->is_over)
			continue;
		LIST_REMOVE(c, all);
		scope_close(&c->link.fd);
		free(c);
	}
}

/* The monitor first: what it says of a connection counts for what that one's
 * session says then.  Each session has one request a turn. */
static int
turn(struct signer *s, struct err *e)
{
	struct epoll_event events[EVENTS_MAX];
	int n = epoll_wait(s->epoll, events, EVENTS_MAX, -1);
	bool has_ended = false;
	int rc;

	if (n == -1)
		return errno == EINTR ? 0 : err_set(e, errno, "epoll");
	rc = read_monitor(s, e);
	if (rc != 0)
		return rc;
	for (int i = 0; i < n; i++) {
		struct client *c = events[i].data.ptr;

		if (c == NULL)
			continue;
		client_read(s, c);
		has_ended = has_ended || c->is_over;
	}
	if (has_ended)
		sweep(s);
	return 0;
}

int
signer_serve(struct signer *s, struct err *e)
{
	int rc = 0;

	if (watch(s, s->monitor.fd, NULL, e) == -1 ||
	    chan_hello(&s->monitor, e) == -1 || tell_keys(s, e) == -1)
		return -1;
	while (rc == 0)
		rc = turn(s, e);
	return rc == 1 ? 0 : -1;
}
