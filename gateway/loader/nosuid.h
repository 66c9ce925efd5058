/*
 * nosuid.h - would this host honour set-id bits of a directory's files?
 *							Process: loader.
 */
#ifndef ATOLL_LOADER_NOSUID_H
#define ATOLL_LOADER_NOSUID_H

#include "gateway/base/err.h"

/* -1 when a mount of this host shows any of what is open, or of what is below
 * it, and honours set-id bits and file capabilities; real is its path without
 * links.  Mounts of other mount namespaces are not seen. */
int nosuid_check(int fd, const char *real, struct err *e);

#endif
