/*
 * labmounts.h - the lab's own mounts, and the home that is kept: put in place.
 *
 * In the sandbox's mount namespace, as root of the sandbox.  The image belongs to
 * an instructor and a home to a student, so no path goes through a symbolic link,
 * see mounts.c.
 */
#ifndef ATOLL_BUILDER_FS_LABMOUNTS_H
#define ATOLL_BUILDER_FS_LABMOUNTS_H

#include "gateway/base/err.h"
#include "sandbox/builder/fs/rootfs.h"
#include "sandbox/builder/plan.h"

/* While the sandbox is built: the parts that there are, below the overlay.  Where
 * the home is none of them and comes later, so does what lies in it. */
int labmounts_attach(const struct plan *p, const struct rootfs_parts *parts,
    struct err *e);

/* Later, when / is the sandbox's: what rootfs_make_late() made. */
int labmounts_attach_late(const struct plan *p, const int *mount,
    struct err *e);

#endif
