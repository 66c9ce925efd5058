/* probe.c - are a seat's other connections still alive? */
#include "gateway/monitor/seats/probe.h"

#include <string.h>

#include "gateway/wire/probing.h"

static void
tell(struct conn *c, uint32_t serial)
{
	struct msg m;

	c->probe.waits_for = 0;
	MSG_NEW(&m, PROBED, probed);
	m.serial = serial;
	link_send(c->link, &m);
}

static void
ask(struct conn *c, uint32_t round)
{
	struct msg m;

	c->probe.asked = round;
	MSG_NEW(&m, PROBE, probe);
	m.serial = round;
	link_send(c->link, &m);
}

/* A session that is late is not ours to end: it may be of a build that does not
 * know the question. */
static bool
is_late(const struct conn *c)
{
	return uv_now(&c->monitor->loop) - c->probe.since_ms >= PROBED_MS;
}

static bool
is_awaited(const struct conn *other, uint32_t round)
{
	return other->state == CONN_SEATED && other->probe.asked >= round &&
	       other->probe.alive < round;
}

static bool
has_all(const struct conn *c)
{
	const struct conn *other;

	TAILQ_FOREACH(other, &c->seat->conns, seated) {
		if (other != c && is_awaited(other, c->probe.waits_for))
			return false;
	}
	return true;
}

void
probe_check(struct seat *s)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&s->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, seated);
		if (c->probe.waits_for != 0 && (is_late(c) || has_all(c)))
			tell(c, c->probe.serial);
	}
}

void
probe_others(struct conn *c, uint32_t serial)
{
	struct seat *s = c->seat;
	struct conn *other;

	if (s == NULL || c->state != CONN_SEATED ||
	    !bucket_take(&c->asks, (int64_t)uv_now(&c->monitor->loop))) {
		tell(c, serial);
		return;
	}
	c->probe.waits_for = ++s->probe_rounds;
	c->probe.serial = serial;
	c->probe.since_ms = uv_now(&c->monitor->loop);
	TAILQ_FOREACH(other, &s->conns, seated) {
		if (other != c && other->state == CONN_SEATED)
			ask(other, c->probe.waits_for);
	}
	probe_check(s);
}

void
probe_alive(struct conn *c, uint32_t round)
{
	if (round > c->probe.alive && round <= c->probe.asked)
		c->probe.alive = round;
	if (c->seat != NULL)
		probe_check(c->seat);
}

uint32_t
probe_candidates(const struct conn *c, const struct seat *s)
{
	const struct conn *other;
	uint32_t n = 0;

	if (!s->reattach)
		return 0;
	TAILQ_FOREACH(other, &s->conns, seated)
		n += other != c && other->state == CONN_SEATED;
	return n;
}
