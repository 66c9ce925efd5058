/* latency.c - how long the way to the client is. */
#include "gateway/session/transport/latency.h"

#include "gateway/base/clock.h"
#include "gateway/session/senders.h"
#include "gateway/session/session.h"

#define LOST_US 10000000 /* then it may be asked anew */

void
latency_ask(struct session *s, const struct msg *m)
{
	struct latency *l = &s->latency;
	int64_t now = clock_us();

	if (s->stage != STAGE_OPEN ||
	    (l->asked_us != 0 && now - l->asked_us < LOST_US))
		return;
	l->asked_us = now;
	l->asked_bytes = s->bytes.in_bytes;
	l->serial = m->serial;
	/* Twice, as in alive.c. */
	ssh_send_keepalive(s->ssh);
	ssh_send_keepalive(s->ssh);
}

void
latency_heard(struct session *s)
{
	struct latency *l = &s->latency;
	struct msg m;

	if (l->asked_us == 0 || s->bytes.in_bytes == l->asked_bytes)
		return;
	MSG_NEW(&m, LINK_PONG, link_pong);
	m.serial = l->serial;
	m.link_pong.link_us = (uint32_t)(clock_us() - l->asked_us);
	m.link_pong.echo_us = echo_median(&s->echoes);
	m.link_pong.echoes = s->echoes.count;
	l->asked_us = 0;
	link_hint_init(s, &m);
}
