/*
 * plan_late.h - what of a lab comes when its sandbox is there already: a home that
 * is kept, and what lies in it.  See warm.h.
 */
#ifndef ATOLL_BUILDER_PLAN_LATE_H
#define ATOLL_BUILDER_PLAN_LATE_H

#include "sandbox/builder/plan.h"

/* Does that mount of the lab come with a home that comes later? */
bool plan_mount_is_late(const struct plan *p, const struct plan_mount *m);

/* May sandboxes of this lab stand ready?  Not where its home is kept and one of
 * our own programs would lie in it: those are there before the home comes. */
bool plan_may_be_warm(const struct plan *p);

/* Is path dir itself, or below it?  Both absolute, without "..". */
bool path_is_in(const char *dir, const char *path);

#endif
