/*
 * rights.h - is this root the host's, with what making sandboxes needs?
 *
 * In a container root may lack capabilities, or be root of a user namespace,
 * and whatever is tried then fails with EPERM: that says nothing of the kernel.
 */
#ifndef ATOLL_BUILDER_HOSTCHECK_RIGHTS_H
#define ATOLL_BUILDER_HOSTCHECK_RIGHTS_H

#include <stdbool.h>

#include "sandbox/builder/hostcheck/host_rows.h"

/* Adds a row, with a cure when something is missing.  False: it is. */
bool rights_find(struct host_rows *f);

#endif
