/*
 * locks.h - what shuts our own processes in, and what stops a sandbox.
 */
#ifndef ATOLL_BUILDER_HOSTCHECK_LOCKS_H
#define ATOLL_BUILDER_HOSTCHECK_LOCKS_H

#include "sandbox/builder/cgroup/cgroup.h"
#include "sandbox/builder/hostcheck/host_rows.h"
#include "sandbox/builder/plan.h"

/* Is there Landlock, for monitor, loader and recorder? */
void landlock_check(struct host_rows *f);

/* What freezes sandboxes, when labs or the site want it, see freezer.c. */
void freezer_check(const struct cgroups *g, const struct plan_table *t,
    struct host_rows *f);

#endif
