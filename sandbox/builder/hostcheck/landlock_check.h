/*
 * landlock_check.h - is there Landlock, for monitor, loader and recorder?
 */
#ifndef ATOLL_BUILDER_HOSTCHECK_LANDLOCK_CHECK_H
#define ATOLL_BUILDER_HOSTCHECK_LANDLOCK_CHECK_H

#include "sandbox/builder/hostcheck/host_rows.h"

void landlock_check(struct host_rows *f);

#endif
