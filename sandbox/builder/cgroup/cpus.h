/*
 * cpus.h - sets of processors, as the kernel writes and reads them.  Pure.
 */
#ifndef ATOLL_BUILDER_CGROUP_CPUS_H
#define ATOLL_BUILDER_CGROUP_CPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CPUS_MAX       1024 /* processors that we know of */
#define CPUS_LIST_SIZE 4096

/* One a bit. */
struct cpus {
	uint64_t bits[CPUS_MAX / 64];
};

bool cpus_has(const struct cpus *set, unsigned cpu);

/* A list such as "0-3,7". */
struct cpus cpus_parse(const char *list);
void cpus_print(const struct cpus *set, char *list, size_t size);

/* One processor in the place of another. */
void cpus_move(struct cpus *set, unsigned from, unsigned to);

/* So many of those that are there, the ones with the least load first. */
struct cpus cpus_choose(const struct cpus *there, const uint16_t *load,
    unsigned count);

#endif
