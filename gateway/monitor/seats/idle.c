/* idle.c - since when nobody types in a seat. */
#include "gateway/monitor/seats/idle.h"

#include <string.h>

#define PATIENCE_MS 10000 /* then it is asked again */

void
idle_ask(struct conn *c)
{
	struct msg m;

	c->idle_asked_ms = uv_now(&c->monitor->loop);
	MSG_NEW(&m, IDLE_GET, idle_get);
	link_send(c->link, &m);
}

static bool
may_ask(const struct conn *c, uint64_t now)
{
	return c->state == CONN_SEATED && c->link != NULL &&
	       (c->idle_asked_ms == 0 || now - c->idle_asked_ms > PATIENCE_MS);
}

/* Those with higher numbers than the one that was asked last, or all; how many. */
static unsigned
ask_on(struct monitor *m, uint32_t after, unsigned most)
{
	uint64_t now = uv_now(&m->loop);
	unsigned asked = 0;
	struct conn *c;

	TAILQ_FOREACH(c, &m->registry.conns, all) {
		if (asked == most)
			break;
		if (c->id <= after || !may_ask(c, now))
			continue;
		idle_ask(c);
		m->idle_turn = c->id;
		asked++;
	}
	return asked;
}

void
idle_ask_some(struct monitor *m)
{
	unsigned asked = ask_on(m, m->idle_turn, IDLE_ASKS);

	/* Who is asked waits, and is not asked twice. */
	ask_on(m, 0, IDLE_ASKS - asked);
}

bool
idle_told(struct conn *c, uint64_t ms)
{
	uint64_t now = uv_now(&c->monitor->loop);
	uint64_t then = ms < now ? now - ms : 0;

	if (c->idle_asked_ms == 0 || c->seat == NULL)
		return false;
	c->idle_asked_ms = 0;
	c->idle_told_ms = now;
	if (then > c->seat->typed_ms)
		c->seat->typed_ms = then;
	return true;
}

/* Of a seat that everybody has left it is known without asking. */
bool
idle_of(const struct seat *s, uint64_t *seconds)
{
	const struct conn *c;
	bool is_known = seat_is_live(s);

	TAILQ_FOREACH(c, &s->conns, seated)
		is_known &= c->idle_told_ms != 0;
	*seconds = (uv_now(&s->monitor->loop) - s->typed_ms) / 1000;
	return is_known;
}
