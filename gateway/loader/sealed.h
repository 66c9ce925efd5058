/*
 * sealed.h - the bytes of a file as they are now, for good.
 *							Process: loader.
 */
#ifndef ATOLL_LOADER_SEALED_H
#define ATOLL_LOADER_SEALED_H

#include <stddef.h>

#include "gateway/base/err.h"

/* A sealed memfd with what is in the open file from its beginning; at most that
 * many bytes.  A file that grows meanwhile is cut off by an error, EFBIG. */
int sealed_copy(int from, size_t max, const char *name, struct err *e);

/* An empty memfd to be written, and when it is: nobody changes it any more. */
int sealed_new(const char *name, struct err *e);
int sealed_finish(int fd, const char *name, struct err *e);

#endif
