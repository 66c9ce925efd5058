/* plan_same.h - did a reload change a lab, so that its sandboxes differ? */
#ifndef ATOLL_BUILDER_PLAN_SAME_H
#define ATOLL_BUILDER_PLAN_SAME_H

#include "sandbox/builder/plan.h"

/*
 * True when a sandbox of one plan is what one of the other would be: everything
 * that the loader told of the lab, its image, the files that its mounts show and
 * its programs.  How many there may be, and are to stand ready, is no part of it.
 * False also without memory.
 */
bool plan_is_same(const struct plan *a, const struct plan *b);

/* True when a machine of one plan has the interfaces, addresses and routes that one of
 * the other has. */
bool plan_is_placed_same(const struct plan *a, const struct plan *b);

/* True when both descriptors are of one file. */
bool plan_is_same_file(int a, int b);

#endif
