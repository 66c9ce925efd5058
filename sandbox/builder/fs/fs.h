/*
 * fs.h - the kernel's newer mount calls, with errors that say what failed.
 *
 * See fsopen(2), open_tree(2), move_mount(2), openat2(2).  All descriptors are
 * close-on-exec.
 */
#ifndef ATOLL_BUILDER_FS_FS_H
#define ATOLL_BUILDER_FS_FS_H

#include <stddef.h>

#include "gateway/base/err.h"

struct fs_option {
	const char *key, *value; /* value NULL: a flag */
};

/* A new detached mount of a file system of that type; attr are MOUNT_ATTR_*.
 * -1 with e filled. */
int fs_mount(const char *type, const struct fs_option *option, size_t count,
    unsigned attr, struct err *e);

/* A detached clone of what path names below dir ("" is dir itself). */
int fs_clone(int dir, const char *path, unsigned flags, struct err *e);

/* Set MOUNT_ATTR_* on a mount; userns -1 or the namespace to map ids by. */
int fs_set(int mount, unsigned attr, int userns, struct err *e);

/* Put a detached mount over what target is. */
int fs_attach(int mount, int target, struct err *e);

/* An O_PATH descriptor of path below root, no part of which is a symbolic
 * link or leads out of root; O_DIRECTORY and the like in flags. */
int fs_find(int root, const char *path, int flags);

#endif
