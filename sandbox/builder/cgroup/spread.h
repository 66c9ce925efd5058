/*
 * spread.h - who has which processor, that none is idle while others are wanted.
 *
 * A sandbox with few processors stays where it is, whatever the scheduler would
 * like, so we look now and then who takes how much.  Pure.
 */
#ifndef ATOLL_BUILDER_CGROUP_SPREAD_H
#define ATOLL_BUILDER_CGROUP_SPREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/builder/cgroup/cpus.h"

struct spread_user {
	struct cpus has;
	uint64_t took;	  /* microseconds since the last look */
	uint64_t allowed; /* that its quota would have let it take */
	bool is_moved;	  /* has is new */
};

/* Give users other processors of those that are there, where it helps: not for a
 * fifth of a difference, and not for a fiftieth of the time since the last look. */
void spread(struct spread_user *user, size_t count, const struct cpus *there,
    uint64_t interval);

#endif
