/* stage_early.c - 'lab stage' before its terminal is known. */
#include "gateway/monitor/links/stage_early.h"

#include <stdlib.h>

#include "gateway/monitor/seats/conn_terminals.h"

#define WAIT_MS 5000

struct stage_early {
	LIST_ENTRY(stage_early) next;
	uint32_t sandbox;
	uint32_t serial; /* of the question */
	struct msg_stage asked;
	uint64_t until_ms;
};

bool
stage_early_keep(const struct seat *s, const struct msg *m)
{
	struct stage_early *e;

	if (m->stage.terminal == 0 /* which no session says */ ||
	    s->monitor->phase == STOPPING)
		return false;
	LIST_FOREACH(e, &s->monitor->stages_early, next) {
		if (e->sandbox == s->sandbox)
			return false;
	}
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return false;
	e->sandbox = s->sandbox;
	e->serial = m->serial;
	e->asked = m->stage;
	e->until_ms = uv_now(&s->monitor->loop) + WAIT_MS;
	LIST_INSERT_HEAD(&s->monitor->stages_early, e, next);
	return true;
}

static bool
is_known(const struct monitor *m, const struct stage_early *e)
{
	const struct seat *s = seat_by_sandbox(&m->registry, e->sandbox);

	return s != NULL && terminals_of_seat(s, e->asked.terminal) != NULL;
}

/* One that need not wait any more, or NULL. */
static struct stage_early *
next_due(const struct monitor *m, bool is_end)
{
	struct stage_early *e;

	LIST_FOREACH(e, &m->stages_early, next) {
		if (is_end || is_known(m, e) || uv_now(&m->loop) >= e->until_ms)
			break;
	}
	return e;
}

struct seat *
stage_early_take(struct monitor *m, bool is_end, struct msg *asked)
{
	struct stage_early *e;
	struct seat *s = NULL;

	while (s == NULL && (e = next_due(m, is_end)) != NULL) {
		s = seat_by_sandbox(&m->registry, e->sandbox);
		MSG_NEW(asked, STAGE, stage);
		asked->serial = e->serial;
		asked->stage = e->asked;
		LIST_REMOVE(e, next);
		free(e);
	}
	return s;
}
