/* responses.c - how fast the gateway was for a client, as its session says. */
#include "gateway/monitor/metrics/responses.h"

#define KEYS_EACH_S 100	   /* that somebody may type */
#define MEMORY_MS   120000 /* so long they may have been counted */
#define COUNT_MAX   (KEYS_EACH_S * (MEMORY_MS / 1000 + 1))

bool
responses_are_possible(const uint64_t *numbers, uint32_t count)
{
	const uint32_t *bounds = metric_bounds(METRIC_UNIT_US);
	uint64_t least = 0, most = 0;

	if (count != METRIC_SUM + 1 || numbers[METRIC_BUCKETS] != 0)
		return false;
	for (size_t i = 0; i < METRIC_BUCKETS; i++) {
		/* No product of these is too large. */
		if (numbers[i] > UINT32_MAX)
			return false;
		least += i == 0 ? 0 : numbers[i] * bounds[i - 1];
		most += numbers[i] * bounds[i];
	}
	return numbers[METRIC_SUM] >= least && numbers[METRIC_SUM] <= most;
}

/* How many keys may have been echoed since this was asked last. */
static uint64_t
keys_since(struct conn *c)
{
	uint64_t now = uv_now(&c->monitor->loop);
	uint64_t since =
	    c->echoes_ms > c->since_ms ? c->echoes_ms : c->since_ms;
	uint64_t ms = now - since < MEMORY_MS ? now - since : MEMORY_MS;

	c->echoes_ms = now;
	return KEYS_EACH_S * (ms + 1000) / 1000;
}

static void
take_echoes(struct conn *c, const uint64_t *numbers)
{
	uint64_t *to = c->monitor->metrics.site.at[METRIC_ECHO];
	uint64_t count = metric_times(numbers);

	if (count > COUNT_MAX || count > keys_since(c))
		return; /* no person types like this */
	for (size_t i = 0; i <= METRIC_SUM; i++)
		to[i] += numbers[i];
}

/* Both clocks are the same, but ours is read once in a turn of the loop. */
static void
take_first(struct conn *c, uint64_t ms)
{
	uint64_t most = uv_now(&c->monitor->loop) - c->seat_asked_ms + 1000;

	if (c->seat_asked_ms != 0 && ms <= most)
		metrics_lab_observe(&c->monitor->metrics, c->seat->lab,
		    METRIC_FIRST_OUTPUT, ms);
	c->seat_asked_ms = 0;
}

void
responses_take(struct conn *c, const struct msg_responses *m)
{
	if (m->echoes.count != 0 &&
	    !responses_are_possible(m->echoes.at, m->echoes.count)) {
		log_warn(&c->tag, "session tells of echoes that cannot be");
		link_close(c->link, "impossible numbers");
		return;
	}
	if (c->seat == NULL)
		return;
	if (m->first_ms != 0)
		take_first(c, m->first_ms - 1);
	if (m->echoes.count != 0)
		take_echoes(c, m->echoes.at);
}
