/*
 * version.h - one version of an image, for as long as a plan needs it.
 *
 * An image is replaced by exchanging directories (images/lib/store.py).  Whoever
 * holds a shared lock on the rootfs of a version uses it; what was replaced is
 * called IMAGE_DIR/.NAME.old.*, and is removed by whoever has it alone.  The
 * loader opens and locks it, and passes it on: the descriptor is the lock.
 */
#ifndef ATOLL_BUILDER_FS_VERSION_H
#define ATOLL_BUILDER_FS_VERSION_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/base/err.h"

/* Let go, close, and have a process remove it when it is old and nobody else
 * uses it.  fd may be -1. */
void version_release(int *fd, const char *rootfs);

/* At start: have old versions removed that an earlier life left, of the image
 * that is at rootfs. */
void version_sweep(const char *rootfs);

/* Is a version's rootfs, which the kernel says is at path now, an old version
 * of the image that was opened at rootfs?  Then name is its directory's, in
 * IMAGE_DIR. */
bool version_is_old(const char *path, const char *rootfs, char *name,
    size_t size);

#endif
