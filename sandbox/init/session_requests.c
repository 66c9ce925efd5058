/* session_requests.c - what a session may ask, and when it is heard. */
#include "sandbox/init/session_requests.h"

#include <string.h>

#include "gateway/wire/chan.h"
#include "sandbox/init/commands.h"
#include "sandbox/init/links.h"
#include "sandbox/init/ping.h"
#include "sandbox/init/sockets.h"

static void
on_forward(struct init *in, int at, const struct msg *asked)
{
	const struct msg_init_plan *plan = &in->plan.init_plan;
	struct msg m;
	struct err e;
	int rc;

	if (asked->type == MSG_DIAL)
		rc = forward_dial(plan, &asked->dial, &m, &e);
	else if (asked->type == MSG_LISTEN)
		rc = forward_listen(plan, &asked->listen, &m, &e);
	else
		rc = agent_open(&in->agent[at], plan, &m, &e);
	if (rc == -1) {
		MSG_NEW(&m, FORWARD_FAILED, forward_failed);
		text_copy(m.forward_failed.reason, TEXT_SIZE, e.text);
	}
	m.serial = asked->serial;
	links_send(in, at, &m);
	msg_close(&m);
}

/* False when the message does not belong on a session's link. */
static bool
on_session_message(struct init *in, int at, const struct msg *asked)
{
	struct err e;

	switch (asked->type) {
	case MSG_HELLO:
		return chan_check_hello(&in->link[at], asked, &e) == 0;
	case MSG_SPAWN:
		commands_spawn(in, at, asked);
		return true;
	case MSG_DIAL:
	case MSG_LISTEN:
	case MSG_AGENT_OPEN:
		on_forward(in, at, asked);
		return true;
	case MSG_SIGNAL:
		commands_signal(in, at, asked);
		return true;
	case MSG_TERMINAL_DRAWN:
		commands_drawn(in, at, asked);
		return true;
	case MSG_HANGUP:
		commands_hangup(in, at, asked);
		return true;
	case MSG_LINK_PONG:
		ping_end(in, asked);
		return true;
	case MSG_TERMINAL_LEAVE:
		commands_leave(in, at, asked);
		return true;
	default:
		return false;
	}
}

static void
on_link(struct init *in, int at)
{
	struct err e;
	struct msg m;

	switch (chan_recv(&in->link[at], &m, &e)) {
	case CHAN_UNKNOWN: /* there is nobody to tell here */
	case CHAN_EMPTY:
		return;
	case CHAN_MESSAGE:
		if (!on_session_message(in, at, &m))
			links_end(in, at);
		msg_close(&m);
		return;
	case CHAN_CLOSED:
	case CHAN_BROKEN:
		links_end(in, at);
	}
}

int
session_requests_source(const struct init *in, int at)
{
	return in->start[at].report != -1 ? in->start[at].report
					  : in->link[at].fd;
}

/*
 * A session that is lost has left its terminals by the time that another asks
 * for one, though poll(2) may not have told: hear all that was said there first.
 */
static void
hear_lost(struct init *in, int but)
{
	struct pollfd fds[LINKS_MAX];

	if (in->plan.init_plan.reattach == 0)
		return;
	for (int i = 0; i < LINKS_MAX; i++)
		fds[i] = (struct pollfd){ i == but || in->start[i].report != -1
					      ? -1
					      : in->link[i].fd };
	if (poll(fds, LINKS_MAX, 0) <= 0)
		return;
	for (int i = 0; i < LINKS_MAX; i++) {
		while (fds[i].revents != 0 && in->link[i].fd == fds[i].fd &&
		       in->start[i].report == -1)
			on_link(in, i);
	}
}

void
session_requests_serve(struct init *in, int at, const struct pollfd *p)
{
	if (in->start[at].report != -1) {
		if (p->revents != 0 || spawn_timeout(&in->start[at]) == 0)
			commands_look(in, at, false);
	} else if (p->revents != 0 && in->link[at].fd != -1) {
		/* A link may have ended since; a new one in its place, or one
		 * whose command has begun, is non-blocking, so a vain read is
		 * safe. */
		hear_lost(in, at);
		on_link(in, at);
	}
}
