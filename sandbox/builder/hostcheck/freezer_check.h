/*
 * freezer_check.h - can this host freeze sandboxes, where labs want it to?
 */
#ifndef ATOLL_BUILDER_HOSTCHECK_FREEZER_CHECK_H
#define ATOLL_BUILDER_HOSTCHECK_FREEZER_CHECK_H

#include "sandbox/builder/cgroup/cgroup.h"
#include "sandbox/builder/hostcheck/host_rows.h"
#include "sandbox/builder/plan.h"

/* By what, see freezer.c; an error where a lab says "freeze" and there is nothing. */
void freezer_check(const struct cgroups *g, const struct plan_table *t,
    struct host_rows *f);

#endif
