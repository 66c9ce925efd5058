/*
 * commons.h - arguments of calls that reach what all sandboxes share.
 */
#ifndef ATOLL_BUILDER_SECCOMP_COMMONS_H
#define ATOLL_BUILDER_SECCOMP_COMMONS_H

#include <seccomp.h>

#include "gateway/base/err.h"
#include "sandbox/builder/plan.h"

/* Add the rules to a program that allows everything else.  calls: numbers of
 * what a lab adds; a rule about one of them is left out where that may be. */
int commons_deny(scmp_filter_ctx ctx, const struct ids *calls, struct err *e);

#endif
