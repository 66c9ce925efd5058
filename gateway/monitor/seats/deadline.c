/* deadline.c - when a sandbox has to end, whether it is in use or not. */
#include "gateway/monitor/seats/deadline.h"

#include <stdio.h>
#include <time.h>

#include "gateway/base/span.h"
#include "gateway/monitor/links/answer.h"

/* By the monotonic clock: a time limit is not longer or shorter when the host's
 * clock is set. */
static int64_t
time_limit_left(const struct monitor *m, const struct seat *s)
{
	uint64_t lived_ms = uv_now(&m->loop) - s->built_ms;

	if (s->time_limit == 0)
		return INT64_MAX;
	return s->time_limit * s->time_factor / 100 + s->more_time -
	       (int64_t)(lived_ms / 1000);
}

int64_t
deadline_left(const struct monitor *m, const struct seat *s, const char **why)
{
	/* Of today's configuration: an exam may be given more time. */
	const struct lab *lab = config_lab(m->config, s->lab);
	int64_t left = time_limit_left(m, s);
	int64_t open = lab == NULL || lab->until == 0
			   ? INT64_MAX
			   : lab->until + s->more_open - (int64_t)time(NULL);
	int64_t drain = drain_left(&m->drain, uv_now(&m->loop));

	/* A clock that has jumped past the closing time ends nothing before an
	 * administrator has had time to mend it. */
	int64_t grace = wall_clock_grace(&m->wall_clock, uv_now(&m->loop));

	if (open < grace)
		open = grace;
	*why = open < left ? "the lab closes" : "time_limit";
	left = open < left ? open : left;
	if (drain < left)
		*why = DRAIN_WHY;
	return drain < left ? drain : left;
}

static void
describe(char text[TEXT_SIZE], int64_t left, const char *why)
{
	char span[SPAN_SIZE];

	span_text(left, span);
	snprintf(text, TEXT_SIZE,
	    "this sandbox ends in %s (%s): save your work", span, why);
}

/* A student who connects in the last minutes has not seen the notices before.
 * left_told is kept, so that the next tick does not tell the same again.  Who
 * comes back while the gateway drains hears of that in any case. */
void
deadline_tell_newcomer(struct conn *c)
{
	struct seat *s = c->seat;
	const char *why;
	const struct monitor *m = c->monitor;
	int64_t left = deadline_left(m, s, &why);
	char text[TEXT_SIZE];

	if (left > span_warning(INT64_MAX)) {
		if (drain_is_on(&m->drain)) {
			drain_notice(&m->drain, uv_now(&m->loop), text);
			answer_notice(c, text);
		}
		return;
	}
	describe(text, left, why);
	answer_notice(c, text);
	if (s->left_told > left)
		s->left_told = left;
}

static void
tell_all(struct seat *s, int64_t left, const char *why)
{
	char text[TEXT_SIZE];
	struct conn *c;

	describe(text, left, why);
	s->left_told = left;
	TAILQ_FOREACH(c, &s->conns, seated) {
		if (c->state == CONN_SEATED)
			answer_notice(c, text);
	}
}

bool
deadline_has_come(struct monitor *m, struct seat *s, char *text)
{
	const char *why;
	int64_t left;

	if (!seat_is_live(s))
		return false;
	left = deadline_left(m, s, &why);
	if (left > 0) {
		if (left <= span_warning(s->left_told))
			tell_all(s, left, why);
		return false;
	}
	/* phase.c ends everything in this turn, and tells everybody why. */
	if (drain_left(&m->drain, uv_now(&m->loop)) == 0)
		return false;
	log_info(&s->tag, "sandbox is over reason=%s", why);
	snprintf(text, TEXT_SIZE, "the time of this sandbox is over (%s)", why);
	return true;
}
