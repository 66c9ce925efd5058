/* demand.h - what the labs may take of this host. */
#ifndef ATOLL_BUILDER_HOSTCHECK_DEMAND_H
#define ATOLL_BUILDER_HOSTCHECK_DEMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "sandbox/builder/plan.h"

/* What the labs may take, each at its largest. */
struct demand {
	uint32_t sandboxes; /* sandboxes_max */
	uint64_t memory, pids, files, ptys;
	uint64_t memory_least; /* of the smallest; 0: there is no lab */
	uint64_t disk;	       /* of labs on disk; 0: there are none */
	bool keeps_files;      /* homes or layers, in state_dir */
};

/* Of all labs of a load. */
struct demand demand_of(const struct plan_table *t);

/* How many sandboxes does a thing hold of which the host has so much, keeps
 * some for itself, and a sandbox takes each? */
uint64_t demand_held(uint64_t has, uint64_t keeps, uint64_t each);

#endif
