/*
 * mounts.h - the child's side of the file systems: put in place, and enter.
 */
#ifndef ATOLL_BUILDER_FS_MOUNTS_H
#define ATOLL_BUILDER_FS_MOUNTS_H

#include "gateway/base/err.h"
#include "sandbox/builder/fs/rootfs.h"
#include "sandbox/builder/plan.h"

/* For one sandbox; of 4096 on a host, 1024 are kept for the host itself. */
#define PTYS_MAX 128

/* For one sandbox, as texts; a host has 128 and some 100000. */
#define INOTIFY_INSTANCES "16"
#define INOTIFY_WATCHES	  "8192"

/*
 * In the child, root of its own namespaces: everything mounted, the overlay is
 * /, the host's tree is gone, and no more user namespaces can be made.
 */
int mounts_enter(const struct plan *p, const struct rootfs_parts *parts,
    struct err *e);

/* In a child that is to wait before that: the host's tree is gone, and a /proc with a
 * /sys in it are all that is there.  A copy of the mount of somebody's home would keep
 * its disk for as long as the wait lasts. */
int mounts_leave(struct err *e);

#endif
