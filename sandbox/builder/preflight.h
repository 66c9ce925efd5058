/*
 * preflight.h - can this host do what a sandbox needs?
 */
#ifndef ATOLL_BUILDER_PREFLIGHT_H
#define ATOLL_BUILDER_PREFLIGHT_H

#include <stdbool.h>

#include "sandbox/builder/cgroup.h"

/* Check all of it, and log each thing that is missing, with its cure.  Fills
 * in where the cgroups are. */
bool preflight(struct cgroups *g);

#endif
