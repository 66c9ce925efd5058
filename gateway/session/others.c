/* others.c - the other connections of this account in the same sandbox. */
#include "gateway/session/others.h"

#include "gateway/base/clock.h"
#include "gateway/session/senders.h"
#include "gateway/session/session.h"
#include "gateway/session/terminal/attach.h"
#include "gateway/session/terminal/channel.h"
#include "gateway/wire/probing.h"

/* Once the first shell has started, others may have come. */
static bool
may_be_there(struct session *s)
{
	bool is_known = s->others.is_known;

	s->others.is_known = false;
	return s->seat.reattach && !(is_known && s->others.count == 0);
}

bool
others_hold(struct channel *c)
{
	struct session *s = c->session;
	struct msg m;

	if (c->is_probed || attach_may_keep(c) == KEEP_NONE)
		return false;
	c->is_probed = true;
	if (!may_be_there(s))
		return false;
	channel_step(c, CHANNEL_PROBING);
	if (s->others.serial != 0)
		return true; /* that answer is for this one, too */
	MSG_NEW(&m, PROBE_OTHERS, probe_others);
	s->others.serial = m.serial = ++s->serials;
	s->others.ends_ms = clock_ms() + PROBE_OTHERS_MS;
	link_tell_monitor(s, &m);
	return true;
}

void
others_on_ready(struct session *s, const struct msg_seat_ready *m)
{
	s->seat.reattach = m->reattach != 0;
	s->others.count = m->others;
	s->others.is_known = true;
}

static void
let_start(struct session *s)
{
	struct channel *c;

	s->others.serial = 0;
	TAILQ_FOREACH(c, &s->channels, next) {
		if (c->state == CHANNEL_PROBING)
			channel_step(c, CHANNEL_ASKED);
	}
}

void
others_on_probed(struct session *s, const struct msg *m)
{
	if (s->others.serial != 0 && m->serial == s->others.serial)
		let_start(s);
}

void
others_check(struct session *s)
{
	if (s->others.serial != 0 &&
	    (s->seat.state != SEAT_TAKEN || clock_ms() >= s->others.ends_ms))
		let_start(s);
}

int
others_timeout(const struct session *s)
{
	int64_t left = s->others.ends_ms - clock_ms();

	if (s->others.serial == 0)
		return -1;
	return left < 0 ? 0 : (int)left;
}
