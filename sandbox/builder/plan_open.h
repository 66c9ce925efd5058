/*
 * plan_open.h - what the plans name is opened, and their filters are compiled.
 */
#ifndef ATOLL_BUILDER_PLAN_OPEN_H
#define ATOLL_BUILDER_PLAN_OPEN_H

#include "gateway/base/err.h"
#include "sandbox/builder/plan.h"

/* Of all plans, and atoll-init.  The table owns what was opened; after -1, with
 * the lab named in e, it may own some of it. */
int plan_table_open(struct plan_table *t, struct err *e);

#endif
