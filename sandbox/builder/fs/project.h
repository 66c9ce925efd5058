/*
 * project.h - project quotas: a limit on a tree of files, see quotactl(2).
 */
#ifndef ATOLL_BUILDER_FS_PROJECT_H
#define ATOLL_BUILDER_FS_PROJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/err.h"

/* Does the file system of that directory enforce limits on projects? */
bool project_is_enforced(int dir);

/* Make an empty directory, and all that will be made in it, the project id,
 * limited to so many bytes and files.  dir is open for reading. */
int project_begin(int dir, uint32_t id, uint64_t bytes, uint64_t files,
    struct err *e);

/* Bytes that id may still write; 0 when that cannot be said. */
uint64_t project_left(int dir, uint32_t id);

/* No limits for id from now on; dir is anything on that file system. */
void project_end(int dir, uint32_t id);

#endif
