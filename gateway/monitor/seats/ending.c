/* ending.c - a seat ends: left, thrown out, reset. */
#include "gateway/monitor/seats/ending.h"

#include "gateway/config/policy.h"
#include "gateway/monitor/diary/diary.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/seats/probe.h"

void
ending_demolish(struct monitor *m, struct seat *s)
{
	s->ending_ms = uv_now(&m->loop);
	seat_step(&m->registry, s, SEAT_ENDING);
	/* Init's link stays open: the builder ends the sandbox, and closing
	 * the lifeline at the same time would only race with it. */
	build_demolish(m, s->sandbox);
}

/* Work that is to be collected is before its sandbox goes. */
static bool
waits_empty(const struct monitor *m, const struct seat *s)
{
	return s->linger > 0 || s->restraint == RESTRAINT_FROZEN ||
	       s->closing.state != CLOSING_NONE ||
	       (policy_collects(m->config, s->account, s->lab) &&
		   !s->is_disowned);
}

/* The last connection has left the seat. */
static void
leave_empty(struct monitor *m, struct seat *s)
{
	switch (s->state) {
	case SEAT_QUEUED:
		diary_refused(m, s->lab, "left_the_queue");
		seat_remove(&m->registry, s);
		break;
	case SEAT_LIVE:
		if (waits_empty(m, s) && m->phase != STOPPING) {
			seat_step(&m->registry, s, SEAT_LINGERING);
			s->lingers_ms = uv_now(&m->loop);
			s->waits = s->linger;
			break;
		}
		ending_demolish(m, s);
		break;
	case SEAT_BUILDING:
		ending_demolish(m, s);
		break;
	case SEAT_LINGERING:
	case SEAT_ENDING:
	case SEAT_STATES:
		break;
	}
}

void
ending_leave(struct conn *c)
{
	struct seat *s = c->seat;

	if (s == NULL)
		return;
	conn_detach(c);
	s->typed_ms = uv_now(&c->monitor->loop);
	probe_check(s);
	if (TAILQ_EMPTY(&s->conns))
		leave_empty(c->monitor, s);
}

void
ending_evict(struct monitor *m, struct seat *s, const char *why)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&s->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, seated);
		answer_goodbye(c, why);
	}
	if (s->state == SEAT_QUEUED)
		seat_remove(&m->registry, s);
	else if (s->state != SEAT_ENDING)
		ending_demolish(m, s);
}

/* One that waits for a place goes when its last connection has gone. */
void
ending_abort(struct seat *s)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&s->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, seated);
		answer_goodbye(c, ANSWER_MISTAKE);
	}
	if (s->state == SEAT_BUILDING || s->state == SEAT_LIVE ||
	    s->state == SEAT_LINGERING)
		ending_demolish(s->monitor, s);
}

void
ending_reset(struct seat *s)
{
	struct conn *c;

	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state == CONN_SEATED)
			answer_notice(c,
			    "this sandbox was reset: the next shell is in a"
			    " fresh one");
	}
	if (seat_is_live(s))
		ending_demolish(s->monitor, s);
}
