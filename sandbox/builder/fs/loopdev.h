/*
 * loopdev.h - a file as a block device, see loop(4).
 */
#ifndef ATOLL_BUILDER_FS_LOOPDEV_H
#define ATOLL_BUILDER_FS_LOOPDEV_H

#include <stdbool.h>
#include <sys/stat.h>

#include "gateway/base/err.h"

#define LOOP_NAME_SIZE 24

/* Does this host have loop devices? */
int loop_probe(struct err *e);

/*
 * Attach the file to a free device, whose name is filled in.  The descriptor
 * returned holds the device until something is mounted from it; the device is
 * free again when the last of its users is gone, without anybody's doing.
 */
int loop_attach(int file, char name[LOOP_NAME_SIZE], struct err *e);

/* Is that file attached to some device of this host, ours or not? */
bool loop_is_attached(const struct stat *file);

#endif
