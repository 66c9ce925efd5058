/*
 * resources.h - how many sandboxes does this host hold, and what gives out
 * first?
 */
#ifndef ATOLL_BUILDER_HOSTCHECK_RESOURCES_H
#define ATOLL_BUILDER_HOSTCHECK_RESOURCES_H

#include <stdbool.h>
#include <stdint.h>

#include "sandbox/builder/hostcheck/host_rows.h"
#include "sandbox/builder/plan.h"

/* Descriptors of the builder's: for one sandbox, and for itself. */
#define FILES_EACH 8
#define FILES_OWN  256

/* What the labs may take, each at its largest. */
struct demand {
	uint32_t sandboxes; /* sandboxes_max */
	uint64_t memory, pids, files, ptys;
	uint64_t memory_least; /* of the smallest; 0: there is no lab */
	uint64_t disk;	       /* of labs on disk; 0: there are none */
	bool keeps_files;      /* homes or layers, in state_dir */
};

struct demand resources_demand(const struct plan_table *t);

/* How many sandboxes does a thing hold of which the host has so much, keeps
 * some for itself, and a sandbox takes each? */
uint64_t resources_hold(uint64_t has, uint64_t keeps, uint64_t each);

/* A row for each thing that sandboxes share. */
void resources_check(const struct plan_table *t, struct findings *f);

#endif
