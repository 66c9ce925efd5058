/* cpus.c - sets of processors, as the kernel writes and reads them. */
#include "sandbox/builder/cgroup/cpus.h"

#include <stdio.h>

bool
cpus_has(const struct cpus *set, unsigned cpu)
{
	return (set->bits[cpu / 64] >> cpu % 64 & 1) != 0;
}

void
cpus_move(struct cpus *set, unsigned from, unsigned to)
{
	set->bits[from / 64] &= ~(UINT64_C(1) << from % 64);
	set->bits[to / 64] |= UINT64_C(1) << to % 64;
}

struct cpus
cpus_parse(const char *list)
{
	struct cpus set = { 0 };
	unsigned first, last;
	int n;

	while (sscanf(list, "%u%n", &first, &n) == 1) {
		list += n;
		last = first;
		if (sscanf(list, "-%u%n", &last, &n) == 1)
			list += n;
		for (; first <= last && first < CPUS_MAX; first++)
			set.bits[first / 64] |= UINT64_C(1) << first % 64;
		if (*list == ',')
			list++;
	}
	return set;
}

void
cpus_print(const struct cpus *set, char *list, size_t size)
{
	size_t at = 0;

	list[0] = '\0';
	for (unsigned cpu = 0; cpu < CPUS_MAX && at + 8 < size; cpu++) {
		if (cpus_has(set, cpu))
			at += (size_t)snprintf(list + at, size - at, "%s%u",
			    at == 0 ? "" : ",", cpu);
	}
}

struct cpus
cpus_choose(const struct cpus *there, const uint16_t *load, unsigned count)
{
	struct cpus chosen = { 0 };

	for (; count > 0; count--) {
		unsigned best = CPUS_MAX;

		for (unsigned cpu = 0; cpu < CPUS_MAX; cpu++) {
			if (cpus_has(there, cpu) && !cpus_has(&chosen, cpu) &&
			    (best == CPUS_MAX || load[cpu] < load[best]))
				best = cpu;
		}
		if (best == CPUS_MAX)
			return chosen; /* there are no more */
		chosen.bits[best / 64] |= UINT64_C(1) << best % 64;
	}
	return chosen;
}
