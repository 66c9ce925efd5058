/*
 * rootfs.h - the file systems of a sandbox, as real root makes them.
 *
 * Process: builder, in its private mount namespace.  What is made here leaves
 * as detached mounts; the child puts them in place (mounts.h).
 */
#ifndef ATOLL_BUILDER_FS_ROOTFS_H
#define ATOLL_BUILDER_FS_ROOTFS_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/err.h"
#include "sandbox/builder/fs/layer.h"
#include "sandbox/builder/plan.h"

/* Where overlays are put together, one at a time. */
struct staging {
	int devices;	    /* of devices_make() */
	bool is_open;	    /* by staging_open() */
	struct store store; /* opened apart, see store.h */
};

/* What one sandbox is made of, by descriptors of detached mounts. */
struct rootfs_parts {
	int overlay;
	int dev;
	int lxcfs; /* see procfs.h; -1: the lab has it as the host does */
	bool has_cgroup2; /* the sandbox is in a group of it */
	/* As in plan->mounts, and then the home where it is kept. */
	int mount[MOUNTS_MAX + 1];
	size_t mount_count;
};

/* Make run_dir/builder with what sandboxes have layers of, and run_dir/empty;
 * the working directory becomes run_dir/builder. */
int staging_open(struct staging *w, const char *run_dir,
    const char *libexec_dir, struct err *e);
void staging_close(struct staging *w);

/* At load: the image's tree and the sources of the lab's mounts. */
int rootfs_open(struct plan *p, struct err *e);

/*
 * Make the parts and the writable layer, owned by the ids from base up; userns
 * is the sandbox's user namespace.  Whatever there is of them after a failure
 * is the caller's.
 */
int rootfs_make(struct staging *w, const struct plan *p, int userns,
    uint32_t base, struct rootfs_parts *parts, struct layer *l, struct err *e);

/* After each rootfs_make(), and before the next: detach what it has attached for
 * itself, as far as it came.  The parts keep what they need.  It waits for RCU, a
 * tenth of a millisecond on a quiet machine and ten on a busy one: whoever waits
 * for the parts should have them first. */
void rootfs_clear(void);

/* Add the home that is mounted there. */
int rootfs_add_home(struct rootfs_parts *parts, int home, int userns,
    struct err *e);

/* The home that is mounted there and what of the lab's mounts lies in it, as the
 * first of the parts' mounts, for labmounts_attach_late(). */
int rootfs_make_late(const struct plan *p, int home, int userns,
    struct rootfs_parts *parts, struct err *e);

void rootfs_parts_init(struct rootfs_parts *parts);
void rootfs_parts_close(struct rootfs_parts *parts);

#endif
