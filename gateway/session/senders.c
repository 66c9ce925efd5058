/*
 * senders.c - messages from a session to the monitor and to its sandbox's init.
 *
 * Both links are non-blocking.  The monitor is trusted; init belongs to the
 * sandbox, and nothing that it does or leaves undone reaches further than this
 * connection.
 */
#include "gateway/session/senders.h"

#include <errno.h>
#include <poll.h>

#include "gateway/session/session.h"

#define PATIENCE_MS 5000

static bool
send_patiently(const struct chan *c, const struct msg *m, struct err *e)
{
	while (chan_send(c, m, e) == -1) {
		struct pollfd p = { .fd = c->fd, .events = POLLOUT };

		if (e->code != EAGAIN || poll(&p, 1, PATIENCE_MS) != 1)
			return false;
	}
	return true;
}

void
link_tell_monitor(struct session *s, const struct msg *m)
{
	struct err e;

	if (!send_patiently(&s->monitor, m, &e))
		session_end(s, EXIT_MONITOR,
		    "the gateway was interrupted: log in again in a moment");
}

void
link_hint_monitor(struct session *s, const struct msg *m)
{
	struct err ignored;

	chan_send(&s->monitor, m, &ignored);
}

bool
link_tell_init(struct session *s, const struct msg *m)
{
	struct err e;

	if (s->init.fd == -1)
		return false;
	if (send_patiently(&s->init, m, &e))
		return true;
	session_log(s, LOG_WARN, "cannot send to init: %s", e.text);
	return false;
}

void
link_hint_init(struct session *s, const struct msg *m)
{
	struct err ignored;

	if (s->init.fd != -1)
		chan_send(&s->init, m, &ignored);
}
