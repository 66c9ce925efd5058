/* places.c - the places for sandboxes: of the site, and of each lab. */
#include "gateway/monitor/seats/places.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/base/span.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/links/answer.h"

#define PREPARING_SECONDS 2 /* a setup that is faster needs no notice */
#define PLACE_PREPARING	  UINT32_MAX /* a place_told that no queue has */

/* A sandbox that is ending counts: its memory and its disk are still in use. */
bool
places_lab_is_full(const struct registry *r, const struct lab *lab)
{
	const struct lab_seats *l;

	if (lab->sandboxes_max == 0)
		return false;
	l = lab_seats_find(&r->labs, lab->name);
	return (l == NULL ? 0 : l->running) + policy_places(lab) >
	       lab->sandboxes_max;
}

bool
places_site_is_full(const struct monitor *m, const struct lab *lab)
{
	return m->registry.running + policy_places(lab) >
	       m->config->sandboxes_max;
}

bool
places_are_free(const struct monitor *m, const struct lab *lab)
{
	return !places_site_is_full(m, lab) &&
	       !places_lab_is_full(&m->registry, lab);
}

/* Tell a connection that waits its place in line, unless it was told that last:
 * the one of all, or, where the lab itself is full, that among the seats which
 * wait for this lab.  The site's others do not stand before it then, as they
 * wait for something else. */
static void
tell(struct conn *c, const struct lab *lab, unsigned of_all, unsigned of_lab)
{
	const struct monitor *m = c->monitor;
	bool is_labs = lab != NULL && places_lab_is_full(&m->registry, lab);
	unsigned place = is_labs ? of_lab : of_all;
	struct msg msg;

	if (c->state != CONN_WAITING || c->place_told == place)
		return;
	c->place_told = place;
	MSG_NEW(&msg, SEAT_WAIT, seat_wait);
	msg.seat_wait.place = place;
	if (is_labs)
		snprintf(msg.seat_wait.reason, TEXT_SIZE,
		    "all %" PRId64 " places of lab %s are taken",
		    lab->sandboxes_max, lab->name);
	else
		snprintf(msg.seat_wait.reason, TEXT_SIZE,
		    "all %" PRId64 " places are taken",
		    m->config->sandboxes_max);
	link_send(c->link, &msg);
}

void
places_tell(const struct monitor *m)
{
	struct lab_seats *l;
	bool is_blocked = false; /* see seat_queue_advance() */
	unsigned place = 0;
	struct seat *s;
	struct conn *c;

	LIST_FOREACH(l, &m->registry.labs, next)
		l->told = 0;
	TAILQ_FOREACH(s, &m->registry.queue, queued) {
		const struct lab *lab = config_lab(m->config, s->lab);

		place++;
		s->of_lab->told++;
		/* It waits for the build that takes over, and not for long. */
		if (lab != NULL && !is_blocked && places_are_free(m, lab))
			continue;
		is_blocked |= lab != NULL && places_site_is_full(m, lab);
		TAILQ_FOREACH(c, &s->conns, seated)
			tell(c, lab, place, s->of_lab->told);
	}
}

void
places_tell_preparing(const struct seat *s)
{
	const struct lab *lab = config_lab(s->monitor->config, s->lab);
	char text[TEXT_SIZE], span[SPAN_SIZE];
	struct conn *c;

	if (lab == NULL || lab->setup[0] == '\0' ||
	    (uint64_t)time(NULL) - s->since < PREPARING_SECONDS)
		return;
	span_text(lab->setup_time, span);
	snprintf(text, sizeof(text),
	    "your sandbox is being prepared, which may take up to %s", span);
	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state != CONN_WAITING ||
		    c->place_told == PLACE_PREPARING)
			continue;
		c->place_told = PLACE_PREPARING;
		answer_notice(c, text);
	}
}
