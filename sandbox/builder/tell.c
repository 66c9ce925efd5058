/* tell.c - what the monitor is told of a sandbox. */
#include <stdio.h>

#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/builder.h"
#include "sandbox/builder/machines.h"
#include "sandbox/builder/warm.h"

static void
tell_failed(struct builder *b, uint32_t id, bool by_setup, const char *reason)
{
	struct msg m;

	MSG_NEW(&m, BUILD_FAILED, build_failed);
	m.build_failed.sandbox = id;
	m.build_failed.by_setup = by_setup;
	text_copy(m.build_failed.reason, TEXT_SIZE, reason);
	tell_monitor(b, &m);
}

void
tell_none(struct builder *b, uint32_t id, const char *reason)
{
	tell_failed(b, id, false, reason);
}

/* True when its seat is live: it was to be made anew, and all of them end. */
static bool
refuse_again(struct builder *b, struct sandbox *s, const char *reason)
{
	if (sandbox_first(s)->state != SANDBOX_LIVE)
		return false;
	s->was_refused = true;
	log_error(&s->tag, "cannot be made anew, and so its seat ends: %s",
	    reason);
	machines_tell_reset(b, &s->asked, reason);
	return true;
}

void
tell_refused(struct builder *b, struct sandbox *s, const char *reason)
{
	struct sandbox *first = sandbox_first(s);
	bool is_told = first->was_refused && s != first;

	if (refuse_again(b, s, reason))
		return;
	s->was_refused = first->was_refused = true;
	if (!sandbox_has_owner(s)) {
		warm_failed(s, reason);
		return;
	}
	log_error(&s->tag, "cannot build: %s", reason);
	if (!is_told)
		tell_none(b, s->seat, reason);
}

void
tell_setup_failed(struct builder *b, struct sandbox *s, const char *reason)
{
	const char *machine = s->plan->spec.machine;
	char text[TEXT_SIZE];

	if (refuse_again(b, s, reason))
		return;
	s->was_refused = sandbox_first(s)->was_refused = true;
	snprintf(text, sizeof(text), "%s%s%.*s",
	    machine[0] == '\0' ? "" : machine, machine[0] == '\0' ? "" : ": ",
	    TEXT_SIZE - NAME_SIZE - 2, reason);
	tell_failed(b, s->seat, true, text);
}

void
tell_limits(struct builder *b, struct sandbox *s, unsigned limits)
{
	struct msg m;

	if (!sandbox_has_owner(s))
		return; /* the monitor does not know it */
	for (uint32_t limit = 0; limit < LIMIT_COUNT; limit++) {
		if ((limits >> limit & 1) == 0)
			continue;
		MSG_NEW(&m, LIMIT_HIT, limit_hit);
		m.limit_hit.sandbox = s->seat;
		text_copy(m.limit_hit.machine, NAME_SIZE,
		    s->plan->spec.machine);
		m.limit_hit.limit = limit;
		m.limit_hit.count = s->hits[limit];
		tell_monitor(b, &m);
		s->hits[limit] = 0;
	}
}

void
tell_ended(struct builder *b, const struct sandbox *s)
{
	struct msg m;

	if (s->was_refused || !sandbox_has_owner(s) || s->first != NULL)
		return;
	MSG_NEW(&m, ENDED, ended);
	m.ended.sandbox = s->id;
	m.ended.cpu_us = s->cpu_us;
	m.ended.memory_peak = s->memory_peak;
	tell_monitor(b, &m);
}

void
tell_built(struct builder *b, struct sandbox *s)
{
	struct msg m;

	MSG_NEW(&m, BUILT, built);
	m.built.sandbox = s->id;
	text_copy(m.built.image, NAME_SIZE, s->plan->spec.image);
	text_copy(m.built.sha256, TEXT_SIZE, s->plan->spec.sha256);
	m.built.was_warm = s->was_warm;
	text_copy(m.built.cgroup, NAME_SIZE, s->cgroup.name);
	m.fd[0] = s->link;
	tell_monitor(b, &m);
	if (b->supervisor.fd == -1)
		scope_close(&s->link);
}
