/* seat_queue.c - the seats that wait for a place, oldest first. */
#include "gateway/monitor/seats/seat_queue.h"

#include <time.h>

#include "gateway/config/hours.h"
#include "gateway/config/policy.h"
#include "gateway/monitor/diary/diary.h"
#include "gateway/monitor/links/build.h"
#include "gateway/monitor/seats/allowance.h"
#include "gateway/monitor/seats/copied.h"
#include "gateway/monitor/seats/hand.h"
#include "gateway/monitor/seats/introduce.h"
#include "gateway/monitor/seats/places.h"

void
seat_queue_turn_away(struct seat *s, const char *reason)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&s->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, seated);
		conn_detach(c);
		if (c->state == CONN_WAITING) {
			conn_step(c, CONN_READY);
			introduce_refuse(c, s->lab, reason);
		} else if (c->state == CONN_SEATED) {
			conn_step(c, CONN_READY);
		}
	}
}

/* A seat of the queue gets its place.  What its lab allows now holds for the
 * whole life of the sandbox, whatever a reload changes. */
static void
start_building(struct monitor *m, struct seat *s)
{
	const struct lab *lab = config_lab(m->config, s->lab);

	/* An account without a name is one connection's: nobody can come back
	 * to it. */
	s->linger = policy_is_anonymous(s->account) ? 0 : lab->linger;
	s->reattach = s->linger > 0 && lab->reattach;
	s->time_limit = lab->time_limit;
	s->left_told = INT64_MAX;
	s->memory_max = policy_memory(lab);
	s->pids_max = policy_pids(lab);
	seat_set_places(&m->registry, s, policy_places(lab));
	s->since = (uint64_t)time(NULL);
	allowance_fill(m, s);
	hand_fill(m, s);
	copied_fill(s);
	s->began_ms = uv_now(&m->loop);
	s->queue_ms = s->began_ms - s->asked_ms;
	metrics_lab_observe(&m->metrics, s->lab, METRIC_QUEUE_WAIT,
	    s->queue_ms);
	seat_step(&m->registry, s, SEAT_BUILDING);
	build_start(m, s);
}

/* While another build takes over, and until its labs are there, who waits goes on
 * waiting. */
static bool
may_build(const struct monitor *m)
{
	return m->builder != NULL && !handover_is_on(m) && !m->is_upgraded;
}

/* One that needs several places gets them before those who came later: else it
 * would wait for as long as they come. */
void
seat_queue_advance(struct monitor *m)
{
	bool is_blocked = false;
	struct seat *s, *next;

	for (s = TAILQ_FIRST(&m->registry.queue); s != NULL && may_build(m);
	     s = next) {
		const struct lab *lab = config_lab(m->config, s->lab);
		char when[HOURS_TEXT_SIZE];

		next = TAILQ_NEXT(s, queued);
		if (lab == NULL ||
		    hours_are_closed(lab, (int64_t)time(NULL), when)) {
			seat_queue_turn_away(s,
			    "the lab was closed while you waited");
			counts_add(&m->metrics.site, METRIC_SEATS_REFUSED,
			    SEAT_REFUSED_CLOSED, 0);
			diary_refused_for(m, s->lab, SEAT_REFUSED_CLOSED);
			seat_remove(&m->registry, s);
		} else if (!is_blocked && places_are_free(m, lab)) {
			start_building(m, s);
		} else if (places_site_is_full(m, lab)) {
			is_blocked = true;
		}
	}
}
