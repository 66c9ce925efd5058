/*
 * resources.h - how many sandboxes does this host hold, and what gives out
 * first?
 */
#ifndef ATOLL_BUILDER_HOSTCHECK_RESOURCES_H
#define ATOLL_BUILDER_HOSTCHECK_RESOURCES_H

#include "sandbox/builder/hostcheck/demand.h"
#include "sandbox/builder/hostcheck/host_rows.h"
#include "sandbox/builder/plan.h"

/* Descriptors of the builder's: for one sandbox, and for itself. */
#define FILES_EACH 8
#define FILES_OWN  256

/* A row for each thing that sandboxes share. */
void resources_check(const struct plan_table *t, struct host_rows *f);

#endif
