/*
 * incoming.c - messages from the monitor and from init, and which part each is
 * for.
 *
 * The monitor is trusted; init belongs to the sandbox, and nothing that it
 * sends reaches further than this connection.
 */
#include "gateway/session/incoming.h"

#include <poll.h>

#include "gateway/base/scope.h"
#include "gateway/session/forward/forward.h"
#include "gateway/session/forward/listener.h"
#include "gateway/session/others.h"
#include "gateway/session/seat.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/joining.h"
#include "gateway/session/terminal/notice.h"
#include "gateway/session/terminal/spawn.h"
#include "gateway/session/terminal/staff.h"
#include "gateway/session/terminal/staging.h"
#include "gateway/session/terminal/tapping.h"
#include "gateway/session/transport/alive.h"
#include "gateway/session/transport/latency.h"
#include "gateway/session/transport/login_state.h"
#include "gateway/session/transport/signing.h"

/* --- the monitor ---------------------------------------------------------- */

static void
on_notice(struct session *s, const struct msg_notice *n)
{
	if (n->kind == NOTICE_FROZEN)
		s->seat.is_frozen = true;
	else if (n->kind == NOTICE_THAWED)
		s->seat.is_frozen = false;
	notice_show(s, n->text, n->kind == NOTICE_PEOPLE);
}

static void
on_monitor_message(struct session *s, struct msg *m)
{
	switch (m->type) {
	case MSG_NOTICE:
		on_notice(s, &m->notice);
		break;
	case MSG_GOODBYE:
		session_end(s, EXIT_TOLD, m->goodbye.text);
		break;
	case MSG_PROBE:
		alive_probe(s, m->serial);
		break;
	case MSG_IDLE_GET:
		alive_tell_idle(s, m->serial);
		break;
	case MSG_PROBED:
		others_on_probed(s, m);
		break;
	case MSG_STAFF_STARTED_PTY:
	case MSG_STAFF_STARTED_PIPES:
	case MSG_STAFF_ENDED:
		staff_on_message(s, m);
		break;
	case MSG_JOIN:
		joining_on_message(s, m);
		break;
	case MSG_STAGE_VIEW:
	case MSG_STAGE_OVER:
		staging_on_message(s, m);
		break;
	case MSG_TAP:
	case MSG_TAP_REFUSED:
		tapping_on_message(s, m);
		break;
	case MSG_SIGNER_LINK:
		signing_on_link(s, m);
		break;
	case MSG_LOGIN_ANSWER:
		login_on_answer(s, &m->login_answer);
		break;
	case MSG_LAB:
	case MSG_LABS_END:
	case MSG_SEAT_WAIT:
	case MSG_SEAT_READY:
	case MSG_SEAT_REFUSED:
		seat_on_message(s, m);
		break;
	default:
		break;
	}
	msg_close(m);
}

/* True when there may be more to read. */
static bool
read_one(struct session *s)
{
	struct msg m;
	struct err e;

	switch (chan_recv(&s->monitor, &m, &e)) {
	case CHAN_UNKNOWN:
		session_log(s, LOG_INFO, "monitor: %s: ignored", e.text);
		return true;
	case CHAN_EMPTY:
		return false;
	case CHAN_CLOSED:
	case CHAN_BROKEN:
		session_end(s, EXIT_MONITOR,
		    "the gateway was interrupted: log in again in a moment");
		return false;
	case CHAN_MESSAGE:
		break;
	}
	on_monitor_message(s, &m);
	return m.type != MSG_LOGIN_ANSWER;
}

void
incoming_from_monitor(struct session *s)
{
	while (s->stage != STAGE_ENDING && read_one(s))
		continue;
}

/* --- init ----------------------------------------------------------------- */

static void
on_init_message(struct session *s, struct msg *m)
{
	switch (m->type) {
	case MSG_SPAWNED_PTY:
	case MSG_SPAWNED_TERMINAL:
	case MSG_ATTACHED:
	case MSG_TERMINAL_ENDED:
	case MSG_TERMINAL_CHANGE:
	case MSG_SPAWNED_PIPES:
	case MSG_SPAWN_FAILED:
	case MSG_EXITED:
		spawn_on_message(s, m);
		break;
	case MSG_LINK_PING:
		latency_ask(s, m);
		break;
	case MSG_DIALLED:
	case MSG_LISTENING:
	case MSG_FORWARD_FAILED:
		forward_on_init(s, m);
		break;
	default:
		break;
	}
	msg_close(m);
}

/* A sandbox that the builder ends for a limit is gone before the monitor's
 * notice is here: that comes within some milliseconds, and says what the
 * student wants to know. */
#define LAST_NOTICE_MS 100

static void
hear_why(struct session *s)
{
	struct pollfd p = { .fd = s->monitor.fd, .events = POLLIN };

	if (poll(&p, 1, LAST_NOTICE_MS) == 1)
		incoming_from_monitor(s);
}

static void
on_lost(struct session *s)
{
	scope_close(&s->init.fd);
	hear_why(s);
	seat_lost(s);
	listener_close_all(s);
	spawn_lost(s);
}

void
incoming_from_init(struct session *s)
{
	for (;;) {
		struct msg m;
		struct err e;

		switch (chan_recv(&s->init, &m, &e)) {
		case CHAN_MESSAGE:
			on_init_message(s, &m);
			break;
		case CHAN_UNKNOWN:
			session_log(s, LOG_INFO, "init: %s: ignored", e.text);
			return;
		case CHAN_EMPTY:
			return;
		case CHAN_BROKEN:
			session_log(s, LOG_WARN, "init: %s", e.text);
			/* fall through */
		case CHAN_CLOSED:
			on_lost(s);
			return;
		}
	}
}
