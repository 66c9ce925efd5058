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
 * The one to end; false when there is nobody.
 *
 * Who grew since the last look is to blame rather than who is merely large, and
 * what nobody counts rather than what is within a limit.  So, in this order,
 * who has most of it: growth of what is uncounted, growth of all, what is
 * uncounted, all.  Less than a few MiB is no growth: that is ordinary work.
 */
bool culprit_find(const struct suspect *at, size_t count, struct verdict *v);

#endif
