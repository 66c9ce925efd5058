/* alive.c - clocks that end a session: login grace, keepalive, idle, watchdog. */
#include "gateway/session/transport/alive.h"

#include <limits.h>
#include <stdio.h>
#include <sys/time.h>

#include "gateway/base/clock.h"
#include "gateway/base/grace.h"
#include "gateway/base/span.h"
#include "gateway/session/senders.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/session/terminal/notice.h"
#include "gateway/session/transport/latency.h"
#include "gateway/wire/probing.h"

#define WATCHDOG_CPU_S	 5
#define WATCHDOG_TURN_MS 1000

/*
 * A client can make libssh 0.10 write zero-byte packets for ever (a maximum
 * packet size of 10), from inside one call.  The timer counts CPU time only,
 * and its signal's default action ends the process; the loop pushes it on.
 */
static void
push_watchdog(struct alive *a, int64_t now)
{
	const struct itimerval t = { .it_value.tv_sec = WATCHDOG_CPU_S };

	if (a->armed_at != 0 && now - a->armed_at < WATCHDOG_TURN_MS)
		return;
	setitimer(ITIMER_PROF, &t, NULL);
	a->armed_at = now;
}

void
alive_start(struct session *s)
{
	int64_t now = clock_ms();

	s->alive = (struct alive){
		.grace_ends = now + (int64_t)s->plan->login_grace * 1000,
		.begin_ends = now + grace_of_programs(s->plan->login_grace),
		.heard_at = now,
	};
	push_watchdog(&s->alive, now);
}

/*
 * libssh tells nothing of answers to keepalives, but it counts bytes: any byte
 * is a sign of life.  In a non-blocking session every second call of
 * ssh_send_keepalive() sends nothing, so it is called twice.
 */
static void
check_keepalive(struct session *s, int64_t now)
{
	struct alive *a = &s->alive;
	int64_t interval = (int64_t)s->plan->keepalive * 1000;
	int64_t since = a->asked_at > a->heard_at ? a->asked_at : a->heard_at;

	if (interval == 0 || now - since < interval)
		return;
	if (a->unanswered >= s->plan->keepalive_tries) {
		session_end(s, EXIT_SILENT, "your client does not answer");
		return;
	}
	a->unanswered++;
	a->asked_at = now;
	ssh_send_keepalive(s->ssh);
	ssh_send_keepalive(s->ssh);
}

void
alive_probe(struct session *s, uint32_t serial)
{
	struct alive *a = &s->alive;

	a->probe = serial;
	if (a->is_probed || s->stage != STAGE_OPEN)
		return;
	a->is_probed = true;
	a->probe_ends = clock_ms() + PROBE_MS;
	ssh_send_keepalive(s->ssh);
	ssh_send_keepalive(s->ssh);
}

/* It comes from elsewhere, and this client says nothing: it is gone, and has
 * what the new one is to have. */
static void
check_probe(struct session *s, int64_t now, bool was_heard)
{
	struct alive *a = &s->alive;
	struct msg m;

	if (a->is_probed && was_heard) {
		a->is_probed = false;
		MSG_NEW(&m, ALIVE, alive);
		m.serial = a->probe;
		link_tell_monitor(s, &m);
	} else if (a->is_probed && now >= a->probe_ends) {
		session_end(s, EXIT_SILENT,
		    "taken over by your new connection");
	}
}

/* A client sends its list of algorithms, and its half of the key exchange,
 * without a person's help: one that takes longer only keeps a place. */
#define PACKETS_BEGUN 2

static int64_t
login_ends(const struct session *s)
{
	bool has_begun =
	    s->stage != STAGE_KEX || s->packets.in_packets >= PACKETS_BEGUN;

	return has_begun ? s->alive.grace_ends : s->alive.begin_ends;
}

static void
check_login(struct session *s, int64_t now)
{
	if (now >= login_ends(s))
		session_end(s, EXIT_GRACE,
		    "the time to log in is over; connect again");
}

void
alive_limit_idle(struct session *s, uint32_t seconds)
{
	s->alive.idle_ms = (int64_t)seconds * 1000;
	alive_typed(s);
}

void
alive_typed(struct session *s)
{
	s->alive.typed_at = clock_ms();
	s->alive.left_told = s->alive.idle_ms / 1000;
}

void
alive_tell_idle(struct session *s, uint32_t serial)
{
	struct msg m;

	MSG_NEW(&m, IDLE, idle);
	m.serial = serial;
	m.idle.ms = (uint64_t)(clock_ms() - s->alive.typed_at);
	link_tell_monitor(s, &m);
}

/* Only what the client sends counts: a clock on the screen runs without a
 * person before it. */
static void
check_idle(struct session *s, int64_t now)
{
	struct alive *a = &s->alive;
	int64_t left = (a->typed_at + a->idle_ms - now + 999) / 1000;
	char span[SPAN_SIZE], text[128];

	if (a->idle_ms == 0)
		return;
	if (left <= 0) {
		span_text(a->idle_ms / 1000, span);
		snprintf(text, sizeof(text),
		    "you typed nothing for %s (idle_limit); goodbye", span);
		session_end(s, EXIT_IDLE, text);
	} else if (left <= span_warning(a->left_told)) {
		span_text(left, span);
		snprintf(text, sizeof(text),
		    "this connection ends in %s unless you type something"
		    " (idle_limit)",
		    span);
		notice_show(s, text, false);
		a->left_told = left;
	}
}

/* When check_idle() has something to do next. */
static int64_t
next_idle(const struct alive *a)
{
	if (a->idle_ms == 0)
		return INT64_MAX;
	return a->typed_at + a->idle_ms - span_warning(a->left_told) * 1000;
}

void
alive_check(struct session *s)
{
	struct alive *a = &s->alive;
	int64_t now = clock_ms();
	bool was_heard = s->bytes.in_bytes != a->bytes_seen;

	push_watchdog(a, now);
	if (was_heard) {
		a->bytes_seen = s->bytes.in_bytes;
		a->heard_at = now;
		a->unanswered = 0;
		latency_heard(s);
	}
	if (s->stage == STAGE_KEX || s->stage == STAGE_LOGIN)
		check_login(s, now);
	else if (s->stage == STAGE_OPEN)
		check_keepalive(s, now);
	if (s->stage == STAGE_OPEN)
		check_probe(s, now, was_heard);
	if (s->stage == STAGE_OPEN)
		check_idle(s, now);
}

int
alive_timeout(const struct session *s)
{
	const struct alive *a = &s->alive;
	int64_t next = INT64_MAX;

	if (s->stage == STAGE_ENDING) {
		next = a->flush_ends;
	} else if (s->stage != STAGE_OPEN) {
		next = login_ends(s);
	} else if (s->plan->keepalive != 0) {
		next = a->asked_at > a->heard_at ? a->asked_at : a->heard_at;
		next += (int64_t)s->plan->keepalive * 1000;
	}
	if (s->stage == STAGE_OPEN && next_idle(a) < next)
		next = next_idle(a);
	if (s->stage == STAGE_OPEN && a->is_probed && a->probe_ends < next)
		next = a->probe_ends;
	if (next == INT64_MAX)
		return -1;
	next -= clock_ms();
	return next < 0 ? 0 : next > INT_MAX ? INT_MAX : (int)next;
}
