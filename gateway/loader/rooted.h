/*
 * rooted.h - who could put another file in a file's place?
 *							Process: loader.
 */
#ifndef ATOLL_LOADER_ROOTED_H
#define ATOLL_LOADER_ROOTED_H

#include <stddef.h>
#include <sys/stat.h>

#include "gateway/base/err.h"

/* What is open is root's, and others cannot write it; name is for the error. */
int rooted_stat(const struct stat *st, const char *name, struct err *e);

/* Nobody but root may put another file in its place: root owns it and every
 * folder above, and others may not write there.  In a folder with the sticky
 * bit they may, but not replace what is root's.  The path has no links. */
int rooted_check(const char *real, struct err *e);

/* Where the kernel says that something open is, without links. */
int rooted_path(int fd, char *to, size_t size, struct err *e);

#endif
