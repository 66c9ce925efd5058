/* tapping.c - the taps of a connection's terminals. */
#include "gateway/session/terminal/tapping.h"

#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "gateway/session/senders.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/channel.h"

#define STATUS_REFUSED 255 /* as ssh(1) has it for its own errors */

void
tapping_begin(struct channel *c)
{
	const struct seat *seat = &c->session->seat;
	bool awaits = seat->record != RECORD_NO;
	struct msg m;

	tap_begin(&c->tap, awaits, seat->is_watched);
	MSG_NEW(&m, TERMINAL_AT, terminal_at);
	m.serial = c->tap.told = c->serial;
	m.terminal_at.terminal = c->terminal;
	m.terminal_at.rows = c->request.rows;
	m.terminal_at.cols = c->request.cols;
	text_copy(m.terminal_at.term, TEXT_SIZE, c->request.term);
	m.terminal_at.waits = awaits;
	link_tell_monitor(c->session, &m);
}

static struct channel *
find(struct session *s, uint32_t serial)
{
	struct channel *c;

	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->tap.told != 0 && c->tap.told == serial)
			return c;
	}
	return NULL;
}

/* A terminal that is kept has what it printed in its ring, whoever may watch it. */
static void
give_ring(struct channel *c)
{
	FREES struct terminal_ring_copy *copy = malloc(sizeof(*copy));
	struct err ignored;

	if (copy != NULL && terminal_ring_read(&c->ring, copy, &ignored) == 0)
		tap_give_earlier(&c->tap, copy->data, copy->end - copy->begin);
}

static void
open_tap(struct channel *c, int fd, bool wants_earlier)
{
	bool has_ring =
	    wants_earlier && c->tap.earlier == NULL && c->ring.map != NULL;

	if (!tap_open(&c->tap, fd, wants_earlier))
		session_end(c->session, EXIT_MEMORY, NULL);
	else if (has_ring)
		give_ring(c);
}

void
tapping_on_message(struct session *s, struct msg *m)
{
	struct channel *c = find(s, m->serial);

	if (c == NULL)
		return;
	if (m->type == MSG_TAP) {
		open_tap(c, take_fd(&m->fd[0]), m->tap.earlier != 0);
		return;
	}
	tap_give_up(&c->tap);
	if (m->tap_refused.reason[0] != '\0')
		channel_fail(c, STATUS_REFUSED, m->tap_refused.reason);
}

void
tapping_check(struct session *s)
{
	struct channel *c;

	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->tap.state != TAP_AWAITED || tap_timeout(&c->tap) > 0)
			continue;
		tap_give_up(&c->tap);
		if (s->seat.record == RECORD_REQUIRED)
			channel_fail(c, STATUS_REFUSED,
			    "this lab records its terminals, and cannot now;"
			    " try again in a minute");
	}
}
