/*
 * denials.h - AppArmor's refusals, told in the log with the seat they happened in.
 */
#ifndef ATOLL_BUILDER_APPARMOR_DENIALS_H
#define ATOLL_BUILDER_APPARMOR_DENIALS_H

#include "sandbox/builder/builder.h"

/* Tell what has come since the last call, so many at most.  Called by a timer, and
 * before a sandbox is forgotten: not as they come, since a student can cause any
 * number of them. */
void denials_tell(struct builder *b);

#endif
