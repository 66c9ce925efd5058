/* rounds.c - the looks at all sandboxes; see rounds.h. */
#include "sandbox/builder/rounds.h"

#include "gateway/base/clock.h"
#include "sandbox/builder/apparmor/denials.h"
#include "sandbox/builder/balance.h"
#include "sandbox/builder/cgroup/pressure.h"
#include "sandbox/builder/relief.h"
#include "sandbox/builder/trap.h"
#include "sandbox/builder/watch.h"

#define ROUND_MS   500	 /* how soon a full disk is noticed */
#define LOOK_MS	   4	 /* between two parts of what relief.h looks at */
#define BUILD_MS   20000 /* a build that takes longer hangs */
#define PART_LEAST 4	 /* sandboxes: fewer are not worth a wake */
#define PARTS_MAX  50	 /* 10 ms each */

void
rounds_begin(struct builder *b)
{
	if (b->has_rounds)
		return;
	b->has_rounds = true;
	b->round = (struct round){ .parts = 1 };
	timer_set(b->watch_timer, ROUND_MS);
}

void
rounds_end(struct builder *b)
{
	b->has_rounds = false;
	timer_set(b->watch_timer, 0);
}

/* How long its build may take; the lab's setup ends its own time itself. */
static int64_t
build_ms(const struct sandbox *s)
{
	return BUILD_MS +
	       1000 * (int64_t)s->plan->program[PROGRAM_SETUP].seconds;
}

static void
watch_one(struct sandbox *s, void *arg)
{
	struct builder *b = arg;
	struct round *r = &b->round;
	bool is_turn =
	    r->is_new && pressure_is_turn(&b->pressure, r->place++, r->count);

	if (s->state == SANDBOX_LIVE) {
		tell_limits(b, s, watch_disk(s));
		tell_limits(b, s, watch_memory_late(s, clock_ms()));
		on_refused_fork(b, s);
		trap_tell(b, s);
		if (is_turn || (r->is_new && b->pressure.is_all))
			relief_mark(b, s, is_turn);
	}
	if (s->state == SANDBOX_BUILDING && !s->is_ready &&
	    clock_ms() - s->since_ms > build_ms(s))
		life_refuse(b, s,
		    s->netns == -1 ? "it took too long"
				   : "atoll-net gave it no network");
}

/* A host that is short of memory waits for no part. */
static unsigned
parts_of(const struct builder *b)
{
	size_t parts = b->sandboxes.count / PART_LEAST;

	if (culprit_is_wanted(&b->pressure.host) || parts == 0)
		return 1;
	return parts < PARTS_MAX ? (unsigned)parts : PARTS_MAX;
}

static void
next_round(struct builder *b)
{
	bool is_new = !b->are_looks_due;

	if (is_new)
		pressure_begin(&b->pressure);
	else
		pressure_go_on(&b->pressure);
	b->round = (struct round){ .parts = parts_of(b),
		.count = b->sandboxes.count,
		.is_new = is_new };
	timer_set(b->watch_timer, ROUND_MS / (int)b->round.parts);
}

void
on_watch_timer(struct builder *b)
{
	struct round *r = &b->round;

	if (r->part == 0)
		next_round(b);
	sandbox_each_of(&b->sandboxes, r->part, r->parts, watch_one, b);
	r->part = (r->part + 1) % r->parts;
	if (r->part == 0)
		balance(b);
	denials_tell(b);
	on_look_timer(b);
}

void
on_look_timer(struct builder *b)
{
	b->are_looks_due = relief_go_on(b);
	timer_set(b->look_timer, b->are_looks_due ? LOOK_MS : 0);
}
