/*
 * culprit.h - the host runs short of memory: which sandbox is to blame?
 *
 * Pure: it decides by the numbers that it is given.
 */
#ifndef ATOLL_BUILDER_CULPRIT_H
#define ATOLL_BUILDER_CULPRIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As /proc/meminfo has it: MemTotal, MemAvailable, SUnreclaim; KiB. */
struct host_memory {
	uint64_t total, available, kernel;
};

/* What a sandbox holds; bytes.  Uncounted: sockets and locks, of which its
 * control group knows nothing.  Counted: what the group says. */
struct holding {
	uint64_t uncounted, counted;
};

struct suspect {
	uint32_t sandbox;
	struct holding before; /* at the last look; 0 when there was none */
	struct holding now;
};

/* Is the host about to run out of memory, and is it the kernel that took it? */
bool culprit_is_wanted(const struct host_memory *h);

struct verdict {
	uint32_t sandbox;
	const char *why; /* a constant, for the log */
	uint64_t bytes;	 /* of that */
};

/*
 * The sandbox to end; false when there is none.
 *
 * The one that has grown since the last look is to blame rather than one that
 * is merely large, and memory that no group counts rather than memory within a
 * limit.  So, in this order, the one with most of it: growth of uncounted
 * memory, growth of all memory, uncounted memory, all memory.  Less than a few
 * MiB is no growth: that is ordinary work.
 */
bool culprit_find(const struct suspect *at, size_t count, struct verdict *v);

#endif
