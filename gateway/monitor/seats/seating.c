/* seating.c - who gets a seat, and until when. */
#include "gateway/monitor/seats/seating.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/config/hours.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/accounts/accounts.h"
#include "gateway/monitor/diary/diary.h"
#include "gateway/monitor/links/answer.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/seats/closing.h"
#include "gateway/monitor/seats/deadline.h"
#include "gateway/monitor/seats/ending.h"
#include "gateway/monitor/seats/introduce.h"
#include "gateway/monitor/seats/places.h"
#include "gateway/monitor/seats/probe.h"
#include "gateway/monitor/seats/seat_queue.h"

/* Why this connection gets no seat there, with a text; or SEAT_REFUSED_REASONS. */
static enum seat_refused_for
find_refusal(struct conn *c, const char *lab, char text[TEXT_SIZE])
{
	const struct config *cf = c->monitor->config;
	const struct account *a = accounts_of(c);
	const struct lab *l = config_lab(cf, lab);
	char labs[TEXT_SIZE / 2], when[HOURS_TEXT_SIZE];
	const struct seat *s;

	if (l == NULL || !policy_may_enter(a, l)) {
		policy_list_labs(cf, a, c->account, labs, sizeof(labs));
		snprintf(text, TEXT_SIZE, "%s is not a lab of yours; %s",
		    lab[0] != '\0' ? lab : "no name", labs);
		return SEAT_REFUSED_NOT_YOURS;
	}
	if (hours_are_closed(l, (int64_t)time(NULL), when)) {
		snprintf(text, TEXT_SIZE, "lab %s is %s", l->name, when);
		return SEAT_REFUSED_CLOSED;
	}
	s = seat_find(&c->monitor->registry, c->account, lab);
	if (s != NULL && s->closing.state != CLOSING_NONE) {
		text_copy(text, TEXT_SIZE, CLOSING_SAYS);
		return SEAT_REFUSED_FROZEN;
	}
	if (s != NULL && s->restraint == RESTRAINT_FROZEN) {
		text_copy(text, TEXT_SIZE, FROZEN_SAYS);
		return SEAT_REFUSED_FROZEN;
	}
	/* Whose seat is there comes back to it. */
	if (drain_is_on(&c->monitor->drain) && s == NULL) {
		drain_refusal(&c->monitor->drain, uv_now(&c->monitor->loop),
		    text);
		return SEAT_REFUSED_DRAINING;
	}
	if (c->monitor->phase == STOPPING) {
		snprintf(text, TEXT_SIZE,
		    "this gateway is shutting down; try again in some minutes");
		return SEAT_REFUSED_STOPPING;
	}
	return SEAT_REFUSED_REASONS;
}

/* A session asks early, and again when there is somebody to tell: that is one refusal. */
static void
note_refusal(struct conn *c, const char *lab, enum seat_refused_for why)
{
	if (strcmp(c->refused_lab, lab) != 0)
		c->refused_for = 0;
	text_copy(c->refused_lab, NAME_SIZE, lab);
	if ((c->refused_for & 1u << why) != 0)
		return;
	c->refused_for |= 1u << why;
	counts_add(&c->monitor->metrics.site, METRIC_SEATS_REFUSED, why, 0);
	diary_refused_for(c->monitor, lab, why);
}

void
seating_open(struct conn *c, const char *lab)
{
	struct registry *r = &c->monitor->registry;
	enum seat_refused_for why;
	char reason[TEXT_SIZE];
	struct seat *s;

	/* The session saw its sandbox end before we did: it waits for the end,
	 * and then for a new one. */
	if (c->state == CONN_SEATED) {
		conn_step(c, CONN_WAITING);
		return;
	}
	if (!bucket_take(&c->asks, (int64_t)uv_now(&c->monitor->loop))) {
		note_refusal(c, lab, SEAT_REFUSED_TOO_OFTEN);
		introduce_refuse_quietly(c,
		    "you ask for a lab too often: wait a moment");
		return;
	}
	why = find_refusal(c, lab, reason);
	if (why != SEAT_REFUSED_REASONS) {
		note_refusal(c, lab, why);
		introduce_refuse(c, lab, reason);
		return;
	}
	s = seat_find(r, c->account, lab);
	if (s == NULL) {
		s = seat_add(r, c->account, lab);
		if (s == NULL) {
			note_refusal(c, lab, SEAT_REFUSED_RESOURCES);
			introduce_refuse(c, lab,
			    "this host is out of memory; try again in a "
			    "minute");
			return;
		}
		s->monitor = c->monitor;
		s->first_peer = c->peer;
		s->asked_ms = uv_now(&c->monitor->loop);
	}
	conn_attach(c, s);
	s->typed_ms = uv_now(&c->monitor->loop);
	conn_step(c, CONN_WAITING);
	if (s->state == SEAT_LINGERING)
		seat_step(r, s, SEAT_LIVE);
	if (s->state == SEAT_LIVE)
		introduce_to_seat(c, s);
	else if (s->state == SEAT_QUEUED)
		seat_queue_advance(c->monitor);
	places_tell(c->monitor);
}

void
seating_drain_changed(struct monitor *m)
{
	uint64_t now = uv_now(&m->loop);
	char text[TEXT_SIZE], refusal[TEXT_SIZE];
	struct seat *s, *next;
	struct conn *c;

	build_note_drain(m);
	drain_notice(&m->drain, now, text);
	drain_refusal(&m->drain, now, refusal);
	for (s = TAILQ_FIRST(&m->registry.seats); s != NULL; s = next) {
		next = TAILQ_NEXT(s, all);
		if (drain_is_on(&m->drain) && s->state == SEAT_QUEUED) {
			counts_add(&m->metrics.site, METRIC_SEATS_REFUSED,
			    SEAT_REFUSED_DRAINING, 0);
			diary_refused_for(m, s->lab, SEAT_REFUSED_DRAINING);
			seat_queue_turn_away(s, refusal);
			seat_remove(&m->registry, s);
			continue;
		}
		/* Told now, and again as any end is. */
		s->left_told = drain_left(&m->drain, now);
		TAILQ_FOREACH(c, &s->conns, seated) {
			if (c->state == CONN_SEATED)
				answer_notice(c, text);
		}
	}
}

void
seating_tick(struct monitor *m)
{
	uint64_t now = uv_now(&m->loop);
	char why[TEXT_SIZE];
	struct seat *s, *next;

	seat_queue_advance(m); /* a lab may have closed */
	for (s = TAILQ_FIRST(&m->registry.seats); s != NULL; s = next) {
		next = TAILQ_NEXT(s, all);
		if (s->closing.state != CLOSING_NONE)
			continue;
		if (deadline_has_come(m, s, why) && !closing_begin(s, why))
			ending_evict(m, s, why);
		/* One that is frozen waits for who looks at it. */
		if (s->state == SEAT_LINGERING &&
		    s->restraint != RESTRAINT_FROZEN &&
		    now - s->lingers_ms >= (uint64_t)s->waits * 1000 &&
		    !closing_begin(s, "its student has left"))
			ending_demolish(m, s);
		probe_check(s);
		if (s->state == SEAT_BUILDING)
			places_tell_preparing(s);
	}
	places_tell(m);
}
