/* places.c - the places for sandboxes: of the site, and of each lab. */
#include "gateway/monitor/seats/places.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "gateway/base/span.h"
#include "gateway/monitor/links/answer.h"

#define PREPARING_SECONDS 2 /* a setup that is faster needs no notice */
#define PLACE_PREPARING	  UINT32_MAX /* a place_told that no queue has */

/* A sandbox that is ending counts: its memory and its disk are still in use. */
bool
places_lab_is_full(const struct registry *r, const struct lab *lab)
{
	const struct seat *s;
	int64_t running = 0;

	if (lab->sandboxes_max == 0)
		return false;
	TAILQ_FOREACH(s, &r->seats, all)
		running +=
		    s->state != SEAT_QUEUED && strcmp(s->lab, lab->name) == 0;
	return running >= lab->sandboxes_max;
}

bool
places_are_free(const struct monitor *m, const struct lab *lab)
{
	return m->registry.running < m->config->sandboxes_max &&
	       !places_lab_is_full(&m->registry, lab);
}

/* Its place among the seats that wait for this lab: the site's others do not
 * stand before it, as they wait for something else. */
static unsigned
place_in_lab(const struct registry *r, const struct seat *s)
{
	const struct seat *other;
	unsigned place = 1;

	TAILQ_FOREACH(other, &r->seats, all) {
		if (other == s)
			break;
		place += other->state == SEAT_QUEUED &&
			 strcmp(other->lab, s->lab) == 0;
	}
	return place;
}

void
places_tell(struct conn *c, unsigned place)
{
	const struct monitor *m = c->monitor;
	const struct lab *lab = config_lab(m->config, c->seat->lab);
	bool is_labs = lab != NULL && places_lab_is_full(&m->registry, lab);
	struct msg msg;

	/* It waits for the build that takes over, and not for long. */
	if (lab != NULL && places_are_free(m, lab))
		return;
	if (is_labs)
		place = place_in_lab(&m->registry, c->seat);
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
