/* balance.c - sandboxes that have few processors, where there is room for them. */
#include "sandbox/builder/balance.h"

#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/cgroup/spread.h"

#define EVERY_MS 2000

struct look {
	struct builder *b;
	uint64_t interval; /* microseconds since the last look */
	struct spread_user *user;
	struct sandbox **of;
	size_t count, size;
};

/* A plan of before an upgrade does not say how much it may take. */
static uint64_t
allowed(const struct sandbox *s, uint64_t interval)
{
	uint32_t percent = s->plan->spec.cpus == 0 ? 100 : s->plan->spec.cpus;

	return interval * percent / 100;
}

static void
look_at(struct sandbox *s, void *arg)
{
	struct look *l = arg;
	struct cgroups *g = &l->b->site.cgroups;
	struct spread_user *u = &l->user[l->count];
	uint64_t now;

	if (s->state != SANDBOX_LIVE || l->count == l->size ||
	    !cpuset_has(g, s->cgroup.name, &u->has))
		return;
	now = cgroup_cpu_us(g, &s->cgroup);
	u->took = s->cpu_seen_us == 0 || now < s->cpu_seen_us
		      ? 0
		      : now - s->cpu_seen_us;
	u->allowed = allowed(s, l->interval);
	s->cpu_seen_us = now;
	l->of[l->count++] = s;
}

static void
move(struct look *l)
{
	for (size_t i = 0; i < l->count; i++) {
		struct sandbox *s = l->of[i];
		struct err e;

		if (l->user[i].is_moved &&
		    cpuset_move(&l->b->site.cgroups, s->cgroup.name,
			&l->user[i].has, &e) == -1)
			log_debug(&s->tag, "cannot move: %s", e.text);
	}
}

void
balance(struct builder *b)
{
	int64_t now_ms = clock_ms(), since_ms = now_ms - b->balanced_ms;
	struct look l = { .b = b, .size = b->sandboxes.count };
	FREES struct spread_user *user = NULL;
	FREES struct sandbox **of = NULL;
	struct cpus there;

	if (b->site.cgroups.cpuset.own == -1 || since_ms < EVERY_MS)
		return;
	b->balanced_ms = now_ms;
	user = calloc(l.size, sizeof(*user));
	of = calloc(l.size, sizeof(void *));
	if (user == NULL || of == NULL ||
	    !cpuset_there(&b->site.cgroups, &there))
		return; /* they stay where they are */
	l.user = user;
	l.of = of;
	l.interval = (uint64_t)since_ms * 1000;
	sandbox_each(&b->sandboxes, look_at, &l);
	spread(user, l.count, &there, l.interval);
	move(&l);
}
