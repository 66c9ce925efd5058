/*
 * programs.h - the lab's own programs, in a place of their own inside.
 *
 * Their bytes are read once, at load.  A sandbox has a copy of them in a file
 * system that only its root can look into, so that a student finds neither an
 * answer nor a way to change one.
 */
#ifndef ATOLL_BUILDER_PROGRAMS_H
#define ATOLL_BUILDER_PROGRAMS_H

#include <stdbool.h>

#include "gateway/base/err.h"
#include "sandbox/builder/plan.h"

bool programs_are_any(const struct plan *p);

/* In the child, root of its namespaces: a detached mount, read-only, of a
 * directory with the programs.  -1 with e filled. */
int programs_make(const struct plan *p, struct err *e);

#endif
