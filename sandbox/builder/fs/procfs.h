/*
 * procfs.h - files of /proc and /sys that tell of the sandbox and not of the host.
 *
 * They are lxcfs's, a file system in user space (FUSE) that runs on the host and
 * looks at the control group of who reads.  A program that serves such a file
 * system may hang, and then every call hangs that goes to it; so the builder makes
 * none.  What must ask it is a process of its own in each sandbox that is built,
 * and has five seconds.
 */
#ifndef ATOLL_BUILDER_FS_PROCFS_H
#define ATOLL_BUILDER_FS_PROCFS_H

#include <stdbool.h>

#include "gateway/base/err.h"

#define PROCFS_CURE "apt install lxcfs && systemctl enable --now lxcfs"

/* Is lxcfs mounted there?  By the table of mounts: nobody is asked. */
bool procfs_is_mounted(const char *lxcfs);

/* In the builder: a detached copy of the mount, which nothing can be changed by. */
int procfs_open(const char *lxcfs, int *mount, struct err *e);

/* In the child, when root has /proc and /sys: put the files over theirs.  lxcfs is
 * what procfs_open() gave. */
int procfs_attach(int root, int lxcfs, struct err *e);

#endif
