/*
 * relief.c - ends sandboxes that fill memory which no control group counts.
 *
 * Each may have a part of its lab's memory.  Where the host runs short though
 * none has more than that, one is ended at a time, and the next look waits
 * until that one is gone: its memory comes back a moment later, and a sandbox
 * that is ended meanwhile would be innocent.
 */
#include "sandbox/builder/relief.h"

#include <inttypes.h>
#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/cgroup/culprit.h"
#include "sandbox/builder/locks.h"
#include "sandbox/builder/watch.h"

#define LOOKS_US	1000  /* at a time */
#define LOCKS_EACH_MS	8000  /* of the same sandbox, in its own turns */
#define WAIT_MS		1000  /* after an end, at least */
#define WAIT_LONGEST_MS 10000 /* for one that does not die */

static void
end(struct builder *b, struct sandbox *s)
{
	b->relief.sandbox = s->id;
	b->relief.since_ms = clock_ms();
	s->hits[LIMIT_MEMORY]++;
	tell_limits(b, s, 1U << LIMIT_MEMORY);
	life_end(b, s);
}

static void
measure(struct builder *b, struct sandbox *s, uint64_t sockets)
{
	struct cgroup_usage u;

	cgroup_usage(&b->site.cgroups, &s->cgroup, &u);
	s->before = s->now;
	s->now.uncounted = sockets + s->locks;
	s->now.counted = u.memory;
}

static bool
has_run(uint64_t now_us, uint64_t then_us)
{
	return now_us == 0 || then_us == 0 || now_us != then_us;
}

/* The kernel's memory need not have grown: while a sandbox takes some another may give
 * back as much. */
static bool
are_locks_overdue(const struct sandbox *s)
{
	int64_t since = s->locks_ms == 0 ? s->built_ms : s->locks_ms;

	return clock_ms() - since >= LOCKS_EACH_MS;
}

void
relief_mark(struct builder *b, struct sandbox *s, bool is_turn)
{
	bool is_asked = is_turn || culprit_is_wanted(&b->pressure.host);
	bool is_overdue = is_turn && are_locks_overdue(s);
	uint64_t us = is_asked && !is_overdue
			  ? 0
			  : cgroup_cpu_us(&b->site.cgroups, &s->cgroup);

	if ((b->pressure.is_kernel || is_overdue) &&
	    has_run(us, s->ran_locks_us))
		s->is_due = s->are_locks_due = true;
	if (is_asked || has_run(us, s->ran_us))
		s->is_due = true;
	if (!s->is_due)
		s->before = s->now; /* nor has it grown */
}

static void
look(struct builder *b, struct sandbox *s)
{
	uint64_t allowed = pressure_allowed(s->plan->spec.memory);
	/* First: who goes on meanwhile is looked at again. */
	uint64_t us = cgroup_cpu_us(&b->site.cgroups, &s->cgroup);
	uint64_t sockets = pressure_sockets(s->pid);
	bool is_whole = false;

	s->ran_us = us;
	if (s->are_locks_due) {
		s->locks = locks_held(&b->site.cgroups, s, b->pressure.number,
		    allowed, &is_whole);
		s->ran_locks_us = is_whole ? us : 0;
		s->locks_ms = clock_ms();
	}
	s->is_due = s->are_locks_due = false;
	measure(b, s, sockets);
	if (s->now.uncounted <= allowed)
		return;
	log_warn(&s->tag,
	    "uncounted memory: ended account=%s lab=%s sockets=%" PRIu64
	    "M locks=%" PRIu64 "M allowed=%" PRIu64 "M",
	    s->account, s->plan->spec.lab, sockets >> 20, s->locks >> 20,
	    allowed >> 20);
	end(b, s);
}

/* --- the host ----------------------------------------------------------- */

struct suspects {
	struct suspect *at;
	size_t count, size;
};

static void
add(struct sandbox *s, void *arg)
{
	struct suspects *all = arg;

	if (s->state == SANDBOX_LIVE && all->count < all->size)
		all->at[all->count++] =
		    (struct suspect){ s->id, s->before, s->now };
}

/* Is a sandbox ending already, whose memory will be the host's again? */
static bool
is_under_way(struct builder *b)
{
	int64_t ms = clock_ms() - b->relief.since_ms;

	if (b->relief.since_ms == 0 || ms > WAIT_LONGEST_MS)
		return false;
	return ms < WAIT_MS ||
	       sandbox_find(&b->sandboxes, b->relief.sandbox) != NULL;
}

static bool
find(struct builder *b, struct verdict *v)
{
	struct suspects all = { .size = b->sandboxes.count };
	FREES struct suspect *at = calloc(all.size + 1, sizeof(*at));

	all.at = at;
	if (at == NULL)
		return false;
	sandbox_each(&b->sandboxes, add, &all);
	return culprit_find(all.at, all.count, v);
}

static void
relieve_host(struct builder *b)
{
	const struct host_memory *h = &b->pressure.host;
	struct verdict v;
	struct sandbox *s;

	if (!culprit_is_wanted(h) || is_under_way(b) || !find(b, &v))
		return;
	s = sandbox_find(&b->sandboxes, v.sandbox);
	if (s == NULL)
		return;
	log_error(&s->tag,
	    "host short of memory: ended account=%s lab=%s, which %s: %" PRIu64
	    "M; available=%" PRIu64 "M kernel=%" PRIu64 "M total=%" PRIu64 "M",
	    s->account, s->plan->spec.lab, v.why, v.bytes >> 20,
	    h->available >> 10, h->kernel >> 10, h->total >> 10);
	end(b, s);
}

/* --- in their turn ------------------------------------------------------ */

struct looks {
	struct builder *b;
	int64_t until_us;
	size_t count; /* so far: one at least */
	bool is_over;
};

static void
look_if_due(struct sandbox *s, void *arg)
{
	struct looks *all = arg;

	if (s->state != SANDBOX_LIVE || !s->is_due || all->is_over)
		return;
	if (all->count++ == 0 || clock_us() < all->until_us)
		look(all->b, s);
	else
		all->is_over = true;
}

bool
relief_go_on(struct builder *b)
{
	struct looks all = { .b = b,
		.until_us = culprit_is_wanted(&b->pressure.host)
				? INT64_MAX
				: clock_us() + LOOKS_US };

	sandbox_each(&b->sandboxes, look_if_due, &all);
	if (all.is_over)
		return true;
	relieve_host(b);
	return false;
}
