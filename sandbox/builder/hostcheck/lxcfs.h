/*
 * lxcfs.h - is there what labs with procfs = "sandbox" need?
 */
#ifndef ATOLL_BUILDER_HOSTCHECK_LXCFS_H
#define ATOLL_BUILDER_HOSTCHECK_LXCFS_H

#include "sandbox/builder/hostcheck/host_rows.h"
#include "sandbox/builder/plan.h"

void lxcfs_check(const struct plan_table *t, struct host_rows *f);

#endif
