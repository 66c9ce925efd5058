/*
 * mounts.h - the child's side of the file systems: put in place, and enter.
 */
#ifndef ATOLL_BUILDER_MOUNTS_H
#define ATOLL_BUILDER_MOUNTS_H

#include "gateway/shared/err.h"
#include "sandbox/builder/plan.h"
#include "sandbox/builder/rootfs.h"

/*
 * In the child, root of its own namespaces: everything mounted, the overlay is
 * /, the host's tree is gone, and no more user namespaces can be made.
 */
int mounts_enter(const struct plan *p, const struct rootfs_parts *parts,
    struct err *e);

#endif
