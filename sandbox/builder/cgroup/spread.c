/* spread.c - who has which processor, that none is idle while others are wanted. */
#include "sandbox/builder/cgroup/spread.h"

#define MOVES_MAX 16 /* at one look: each may cost a millisecond */

struct load {
	uint64_t took[CPUS_MAX];
	uint64_t wanted[CPUS_MAX];
	unsigned users[CPUS_MAX]; /* that took something */
};

static unsigned
number_of(const struct cpus *set)
{
	unsigned n = 0;

	for (unsigned i = 0; i < CPUS_MAX / 64; i++)
		n += (unsigned)__builtin_popcountll(set->bits[i]);
	return n;
}

/* Of one of its processors. */
static uint64_t
share(const struct spread_user *u, uint64_t all)
{
	unsigned n = number_of(&u->has);

	return n == 0 ? 0 : all / n;
}

static bool
is_idle(const struct spread_user *u, uint64_t interval)
{
	return share(u, u->took) < interval / 50;
}

/*
 * What it would take of a processor where nobody else was.  That is what it took,
 * unless the processor had no time left: there, who took about as much as the
 * others would have taken all that it is allowed.
 */
static uint64_t
wants(const struct spread_user *u, const struct load *l, unsigned cpu,
    uint64_t interval)
{
	uint64_t took = share(u, u->took);
	bool is_full = l->users[cpu] > 1 && l->took[cpu] > interval / 10 * 8;

	if (is_full && took * 2 > l->took[cpu] / l->users[cpu])
		return share(u, u->allowed);
	return took;
}

static void
measure(struct load *l, const struct spread_user *user, size_t count,
    uint64_t interval)
{
	*l = (struct load){ 0 };
	for (size_t i = 0; i < count; i++) {
		if (is_idle(&user[i], interval))
			continue;
		for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++) {
			if (!cpus_has(&user[i].has, cpu))
				continue;
			l->took[cpu] += share(&user[i], user[i].took);
			l->users[cpu]++;
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (is_idle(&user[i], interval))
			continue;
		for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++) {
			if (cpus_has(&user[i].has, cpu))
				l->wanted[cpu] +=
				    wants(&user[i], l, cpu, interval);
		}
	}
}

/* The one whose move leaves the least difference, or NULL. */
static struct spread_user *
find_mover(struct spread_user *user, size_t count, const struct load *l,
    unsigned from, unsigned to, uint64_t interval)
{
	uint64_t gap = l->wanted[from] - l->wanted[to], least = gap;
	struct spread_user *best = NULL;

	for (size_t i = 0; i < count; i++) {
		struct spread_user *u = &user[i];
		uint64_t moves = wants(u, l, from, interval), left;

		if (u->is_moved || is_idle(u, interval) ||
		    !cpus_has(&u->has, from) || cpus_has(&u->has, to) ||
		    moves >= gap)
			continue;
		left = moves * 2 > gap ? moves * 2 - gap : gap - moves * 2;
		if (left < least) {
			least = left;
			best = u;
		}
	}
	return best;
}

void
spread(struct spread_user *user, size_t count, const struct cpus *there,
    uint64_t interval)
{
	struct load l;

	measure(&l, user, count, interval);
	for (unsigned moves = 0; moves < MOVES_MAX; moves++) {
		unsigned most = CPUS_MAX, least = CPUS_MAX;
		struct spread_user *u;
		uint64_t wanted;

		for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++) {
			if (!cpus_has(there, cpu))
				continue;
			if (most == CPUS_MAX || l.wanted[cpu] > l.wanted[most])
				most = cpu;
			if (least == CPUS_MAX ||
			    l.wanted[cpu] < l.wanted[least])
				least = cpu;
		}
		if (most == CPUS_MAX ||
		    l.wanted[most] - l.wanted[least] < l.wanted[most] / 5)
			return;
		u = find_mover(user, count, &l, most, least, interval);
		if (u == NULL)
			return;
		wanted = wants(u, &l, most, interval);
		cpus_move(&u->has, most, least);
		u->is_moved = true;
		l.wanted[most] -= wanted;
		l.wanted[least] += wanted;
	}
}
