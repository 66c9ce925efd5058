/*
 * cgroupfs.h - a sandbox sees its own control group at /sys/fs/cgroup.
 */
#ifndef ATOLL_BUILDER_FS_CGROUPFS_H
#define ATOLL_BUILDER_FS_CGROUPFS_H

#include "gateway/base/err.h"

/* In the child, in its cgroup namespace, where root has /sys.  Only where cgroup2
 * has the controllers, so that the sandbox is in a group of it: anybody else's root
 * of cgroup2 would be that of the host. */
int cgroupfs_attach(int root, struct err *e);

#endif
