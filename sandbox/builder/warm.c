/* warm.c - sandboxes that stand ready before anybody wants one. */
#include "sandbox/builder/warm.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "sandbox/builder/builder.h"
#include "sandbox/builder/cgroup/culprit.h"
#include "sandbox/builder/fs/idmap.h"
#include "sandbox/builder/plan_late.h"
#include "sandbox/builder/plan_same.h"

#define QUIET_MS      200    /* without a request, before one is made */
#define BETWEEN_MS    5	     /* two that are made one after the other */
#define BUILD_BUSY_MS 2000   /* a build that takes longer is a setup */
#define AGAIN_MS      1000   /* after the first failure, then twice as long */
#define AGAIN_MAX_MS  300000 /* and so on, to this */

/* Ranges of user ids that are kept for students who come while others end. */
#define SPARE_RANGES 64

/* --- counting ----------------------------------------------------------- */

static bool
is_there(const struct sandbox *s)
{
	return s->state == SANDBOX_BUILDING || s->state == SANDBOX_WARM;
}

/* How many of a lab stand ready, or will soon. */
static uint32_t
count_of(const struct builder *b, const struct plan *p)
{
	uint32_t n = 0;

	for (const struct sandbox *s = b->warm.first; s != NULL;
	     s = s->next_warm)
		n += is_there(s) && s->plan == p;
	return n;
}

struct owned {
	const char *lab;
	uint32_t count;
};

static void
count_owned(struct sandbox *s, void *arg)
{
	struct owned *o = arg;

	o->count +=
	    sandbox_has_owner(s) && strcmp(s->plan->spec.lab, o->lab) == 0;
}

/* As many as the lab asks for, and no more than may still be entered. */
static uint32_t
wanted_of(struct builder *b, const struct plan *p)
{
	struct owned o = { .lab = p->spec.lab };
	uint32_t left;

	if (p->spec.warm == 0 || b->draining.is_on != 0 || !plan_may_be_warm(p))
		return 0;
	if (p->spec.sandboxes_max == 0)
		return p->spec.warm;
	sandbox_each(&b->sandboxes, count_owned, &o);
	left = o.count < p->spec.sandboxes_max ? p->spec.sandboxes_max - o.count
					       : 0;
	return p->spec.warm < left ? p->spec.warm : left;
}

void
warm_tell_count(struct builder *b)
{
	uint32_t ready = 0, wanted = 0;
	struct msg m;

	for (const struct sandbox *s = b->warm.first; s != NULL;
	     s = s->next_warm)
		ready += s->state == SANDBOX_WARM;
	for (size_t i = 0; b->draining.is_on == 0 && i < b->table->count; i++)
		wanted += plan_may_be_warm(b->table->plan[i])
			      ? b->table->plan[i]->spec.warm
			      : 0;
	if (ready == b->warm.ready && wanted == b->warm.wanted)
		return;
	b->warm.ready = ready;
	b->warm.wanted = wanted;
	MSG_NEW(&m, WARM_COUNT, warm_count);
	m.warm_count.ready = ready;
	m.warm_count.wanted = wanted;
	tell_monitor(b, &m);
}

static uint32_t
places(const struct builder *b)
{
	uint32_t most = IDMAP_RANGES - SPARE_RANGES;

	return b->table->site.sandboxes_max < most
		   ? b->table->site.sandboxes_max
		   : most;
}

/* --- making ------------------------------------------------------------- */

static void
look_in(struct builder *b, int ms)
{
	if (b->warm.wanted > 0 || b->warm.first != NULL)
		timer_set(b->warm.timer, ms);
}

static void
find_student(struct sandbox *s, void *arg)
{
	if (s->state == SANDBOX_BUILDING && sandbox_has_owner(s) &&
	    clock_ms() - s->since_ms < BUILD_BUSY_MS)
		*(bool *)arg = true;
}

/* Students first, and whatever else there is to do. */
static bool
is_busy(struct builder *b)
{
	bool found = b->loader.chan.fd != -1 ||
		     clock_ms() - b->warm.asked_ms < QUIET_MS ||
		     culprit_is_wanted(&b->pressure.host);

	for (const struct sandbox *s = b->warm.first; s != NULL;
	     s = s->next_warm)
		found |= s->state == SANDBOX_BUILDING;
	if (!found)
		sandbox_each(&b->sandboxes, find_student, &found);
	return found;
}

/* The lab that has the fewest of its own; NULL: all have what they want.  wait_ms
 * is until the first whose pause after a failure is over, or -1. */
static struct plan *
next_lab(struct builder *b, int64_t *wait_ms)
{
	int64_t now = clock_ms();
	struct plan *found = NULL;
	uint32_t fewest = 0;

	*wait_ms = -1;
	for (size_t i = 0; i < b->table->count; i++) {
		struct plan *p = b->table->plan[i];
		int64_t left = p->warm_again_ms - now;
		uint32_t have;

		if (p->spec.warm == 0 ||
		    (have = count_of(b, p)) >= wanted_of(b, p))
			continue;
		if (left > 0) {
			if (*wait_ms == -1 || left < *wait_ms)
				*wait_ms = left;
		} else if (found == NULL || have < fewest) {
			found = p;
			fewest = have;
		}
	}
	return found;
}

static void
make(struct builder *b, struct plan *p)
{
	struct sandbox *s =
	    sandbox_add(&b->sandboxes, sandbox_own_number(&b->sandboxes), p);

	if (s == NULL) {
		look_in(b, AGAIN_MS);
		return;
	}
	s->next_warm = b->warm.first;
	b->warm.first = s;
	life_build(b, s);
}

static void
end_one(struct builder *b, const struct plan *p)
{
	struct sandbox *s = b->warm.first;

	while (s != NULL && (!is_there(s) || s->plan != p))
		s = s->next_warm;
	if (s != NULL)
		life_end(b, s);
}

/* What is more than its lab may have, as when a student's was built beside it, or
 * the configuration wants fewer. */
static void
end_surplus(struct builder *b)
{
	for (size_t i = 0; b->warm.first != NULL && i < b->table->count; i++) {
		const struct plan *p = b->table->plan[i];
		uint32_t have = count_of(b, p);
		uint32_t most = have == 0 ? 0 : wanted_of(b, p);

		for (; have > most; have--)
			end_one(b, p);
	}
}

void
on_warm_timer(struct builder *b)
{
	struct plan *p;
	int64_t wait_ms;

	timer_set(b->warm.timer, 0);
	if (b->table == NULL || b->is_over || b->is_upgrading)
		return;
	end_surplus(b);
	p = next_lab(b, &wait_ms);
	if (p == NULL && wait_ms >= 0)
		look_in(b, (int)wait_ms + 1);
	if (p == NULL || b->sandboxes.count >= places(b))
		return; /* a sandbox that goes asks again */
	if (is_busy(b))
		look_in(b, QUIET_MS);
	else
		make(b, p);
}

void
warm_is_ready(struct builder *b, struct sandbox *s)
{
	s->cpu_before_us = cgroup_cpu_us(&b->site.cgroups, &s->cgroup);
	if (s->plan->warm_failures > 0)
		log_info(NULL, "ready sandboxes can be made again lab=%s",
		    s->plan->spec.lab);
	s->plan->warm_failures = 0;
	sandbox_step(s, SANDBOX_WARM);
	log_debug(&s->tag, "stands ready lab=%s ms=%" PRId64, s->plan->spec.lab,
	    clock_ms() - s->since_ms);
	warm_tell_count(b);
	look_in(b, BETWEEN_MS);
}

void
warm_failed(struct sandbox *s, const char *reason)
{
	struct plan *p = s->plan;
	int64_t pause = AGAIN_MS
			<< (p->warm_failures < 16 ? p->warm_failures : 16);

	if (pause > AGAIN_MAX_MS)
		pause = AGAIN_MAX_MS;
	p->warm_again_ms = clock_ms() + pause;
	if (p->warm_failures++ == 0)
		log_error(&s->tag,
		    "a ready sandbox failed lab=%s: %s; it is tried again, and"
		    " with longer pauses while that fails",
		    p->spec.lab, reason);
}

/* --- taking ------------------------------------------------------------- */

static void
take_out(struct builder *b, struct sandbox *s)
{
	struct sandbox **at = &b->warm.first;

	while (*at != s)
		at = &(*at)->next_warm;
	*at = s->next_warm;
	s->next_warm = NULL;
}

/* Its end is an event that was not looked at yet. */
static bool
is_dead(const struct sandbox *s)
{
	struct pollfd p = { .fd = s->pidfd, .events = POLLIN };

	return poll(&p, 1, 0) != 0;
}

static struct sandbox *
find_ready(const struct builder *b, const struct plan *p)
{
	struct sandbox *s = b->warm.first;

	while (s != NULL &&
	       (s->state != SANDBOX_WARM || s->plan != p || is_dead(s)))
		s = s->next_warm;
	return s;
}

struct sandbox *
warm_take(struct builder *b, struct plan *p, const struct msg_build *ask)
{
	struct sandbox *s = find_ready(b, p);

	b->warm.asked_ms = clock_ms();
	look_in(b, QUIET_MS);
	if (s == NULL || sandbox_find(&b->sandboxes, ask->sandbox) != NULL)
		return NULL;
	take_out(b, s);
	s->was_warm = true;
	sandbox_step(s, SANDBOX_BUILDING);
	sandbox_renumber(&b->sandboxes, s, ask->sandbox);
	log_debug(&s->tag, "stood ready cgroup=%s", s->cgroup.name);
	return s;
}

int
warm_tell_owner(struct sandbox *s, struct err *e)
{
	struct chan c = { s->link, BUILDER, INIT };
	struct msg m;

	MSG_NEW(&m, INIT_OWNER, init_owner);
	text_copy(m.init_owner.account, NAME_SIZE, s->account);
	text_copy(m.init_owner.secret, TEXT_SIZE, s->secret);
	m.init_owner.progress = s->progress;
	return chan_send(&c, &m, e);
}

void
warm_make_room(struct builder *b)
{
	struct sandbox *s = b->warm.first;

	if (b->table == NULL || b->sandboxes.count < places(b))
		return;
	while (s != NULL && !is_there(s))
		s = s->next_warm;
	if (s != NULL)
		life_end(b, s);
}

/* --- the end ------------------------------------------------------------ */

void
warm_forget(struct builder *b, struct sandbox *s)
{
	if (!sandbox_has_owner(s)) {
		take_out(b, s);
		warm_tell_count(b);
	}
	look_in(b, QUIET_MS);
}

void
warm_end_all(struct builder *b)
{
	struct sandbox *s, *next;

	for (s = b->warm.first; s != NULL; s = next) {
		next = s->next_warm;
		life_end(b, s);
	}
}

bool
warm_is_over(const struct builder *b)
{
	return b->warm.first == NULL;
}

void
warm_drain_changed(struct builder *b)
{
	if (b->draining.is_on != 0)
		warm_end_all(b);
	if (b->table == NULL)
		return;
	warm_tell_count(b);
	look_in(b, QUIET_MS);
}

void
warm_tell_heir(struct builder *b)
{
	b->warm.ready = b->warm.wanted = 0;
	if (b->table != NULL)
		warm_tell_count(b);
}

/* The plan of today, when nothing of it would be different in s. */
static struct plan *
same_today(const struct builder *b, const struct sandbox *s)
{
	struct plan *p = plan_find(b->table, s->plan->spec.lab);

	return p != NULL && plan_is_same(p, s->plan) ? p : NULL;
}

void
warm_reloaded(struct builder *b, bool has_same_init)
{
	struct sandbox *s, *next;

	for (s = b->warm.first; s != NULL; s = next) {
		struct plan *p = has_same_init ? same_today(b, s) : NULL;

		next = s->next_warm;
		if (p != NULL) {
			plan_unref(s->plan);
			s->plan = plan_ref(p);
		} else {
			life_end(b, s);
		}
	}
	for (size_t i = 0; i < b->table->count; i++) {
		if (b->table->plan[i]->spec.warm > 0 &&
		    !plan_may_be_warm(b->table->plan[i]))
			log_warn(NULL,
			    "lab %s: warm does nothing: the home %s is kept,"
			    " and programs of atoll lie in it",
			    b->table->plan[i]->spec.lab,
			    b->table->plan[i]->spec.home_dir);
	}
	warm_tell_count(b);
	look_in(b, 1);
}
