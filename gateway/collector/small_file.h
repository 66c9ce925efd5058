/*
 * small_file.h - files that are read and written whole.	Process: collector.
 */
#ifndef ATOLL_COLLECTOR_SMALL_FILE_H
#define ATOLL_COLLECTOR_SMALL_FILE_H

#include <stddef.h>

#include "gateway/base/err.h"

/* A file below dir, with its NUL; -1 with errno, EFBIG for one that is larger. */
int small_file_read(int dir, const char *name, char *text, size_t size);

/* An empty file NAME.new below dir, to be filled and renamed; -1 with errno.  What an
 * interrupted try has left of it goes. */
int small_file_begin(int dir, const char *new_name);

/* In place of what is there, whole and on the disk when it is 0; the name of dir
 * itself is not yet, see fsync(2). */
int small_file_write(int dir, const char *name, const char *text, size_t n,
    struct err *e);

#endif
