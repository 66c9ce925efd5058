/* own_check.c - the lab's check that runs by itself. */
#include "gateway/monitor/seats/own_check.h"

#include <inttypes.h>
#include <string.h>

#define BEGIN_MS 3000  /* until init says that it has begun, or why not */
#define END_MS	 10000 /* beyond check_time, until it says what came of it */
#define LEAST	 2     /* at a time */

unsigned
own_check_at_once(void)
{
	unsigned half = uv_available_parallelism() / 2;

	return half < LEAST ? LEAST : half;
}

static uint64_t
every_ms(const struct lab *lab)
{
	return lab == NULL || lab->check[0] == '\0'
		   ? 0
		   : (uint64_t)lab->check_every * 1000;
}

/* A class that comes at once is spread over the whole span: by the golden ratio,
 * so that numbers which follow each other lie far apart. */
static uint64_t
first_ms(const struct seat *s, uint64_t now, uint64_t every)
{
	return now + 1 +
	       (uint64_t)(s->sandbox * UINT32_C(2654435769)) * every /
		   UINT32_MAX;
}

void
own_check_ended(struct seat *s)
{
	s->check.asked_ms = 0;
	s->check.has_begun = false;
}

/* True while it takes one of the places. */
static bool
is_under_way(struct seat *s, const struct lab *lab, uint64_t now)
{
	uint64_t most = BEGIN_MS;

	if (s->check.asked_ms == 0)
		return false;
	if (s->check.has_begun)
		most = END_MS +
		       (lab == NULL ? 0 : (uint64_t)lab->check_time) * 1000;
	if (now - s->check.asked_ms < most)
		return true;
	s->check.is_unknown = !s->check.has_begun;
	own_check_ended(s);
	return false;
}

/* When it is due is of today's configuration. */
static bool
is_due(struct seat *s, const struct lab *lab, uint64_t now)
{
	uint64_t every = every_ms(lab);

	if (s->state != SEAT_LIVE || s->init == NULL || s->check.is_unknown ||
	    s->restraint == RESTRAINT_FROZEN ||
	    s->closing.state != CLOSING_NONE || every == 0) {
		s->check.due_ms = 0;
		return false;
	}
	if (s->check.due_ms == 0)
		s->check.due_ms = first_ms(s, now, every);
	if (s->check.due_ms > now + every)
		s->check.due_ms = now + every;
	return s->check.asked_ms == 0 && s->check.due_ms <= now &&
	       !link_is_behind(s->init);
}

static void
start(struct seat *s, uint64_t now, bool is_last)
{
	struct msg m;

	s->check.asked_ms = now;
	s->check.has_begun = s->check.was_busy = false;
	s->check.due_ms =
	    now + every_ms(config_lab(s->monitor->config, s->lab));
	MSG_NEW(&m, CHECK_START, check_start);
	m.serial = s->sandbox;
	m.check_start.is_last = is_last;
	link_send(s->init, &m);
}

bool
own_check_now(struct seat *s)
{
	const struct lab *lab = config_lab(s->monitor->config, s->lab);

	if (lab == NULL || lab->check[0] == '\0' || s->init == NULL ||
	    s->check.is_unknown || link_is_behind(s->init))
		return false;
	start(s, uv_now(&s->monitor->loop), true);
	return true;
}

bool
own_check_is_under_way(struct seat *s)
{
	return is_under_way(s, config_lab(s->monitor->config, s->lab),
	    uv_now(&s->monitor->loop));
}

static struct seat *
longest_due(struct monitor *m, uint64_t now, unsigned *under_way)
{
	struct seat *s, *first = NULL;

	*under_way = 0;
	TAILQ_FOREACH(s, &m->registry.seats, all) {
		const struct lab *lab = config_lab(m->config, s->lab);

		*under_way += is_under_way(s, lab, now);
		if (is_due(s, lab, now) &&
		    (first == NULL || s->check.due_ms < first->check.due_ms))
			first = s;
	}
	return first;
}

void
own_check_tick(struct monitor *m)
{
	uint64_t now = uv_now(&m->loop);
	unsigned under_way;
	struct seat *s;

	while ((s = longest_due(m, now, &under_way)) != NULL &&
	       under_way < own_check_at_once())
		start(s, now, false);
}

void
own_check_state(struct seat *s, const struct msg *m)
{
	const struct msg_check_state *told = &m->check_state;

	if (s->check.asked_ms == 0)
		return; /* too late */
	if (told->state == CHECK_BEGUN) {
		s->check.has_begun = true;
		return;
	}
	s->check.was_busy = told->state == CHECK_BUSY;
	if (told->state == CHECK_FAILED)
		log_warn(&s->tag,
		    "check by itself failed cpu_ms=%" PRIu64 ": %s",
		    told->cpu_us / 1000, told->how);
	own_check_ended(s);
}
