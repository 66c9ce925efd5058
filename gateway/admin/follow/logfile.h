/*
 * logfile.h - the lines of a file that grows, and may be replaced by another.
 *
 * Process: atoll.
 */
#ifndef ATOLL_ADMIN_FOLLOW_LOGFILE_H
#define ATOLL_ADMIN_FOLLOW_LOGFILE_H

#include <stdbool.h>

#include "gateway/base/err.h"

/* A line, without its newline; -1 ends it all, with the error set. */
typedef int logfile_line(void *self, const char *line, struct err *e);

/* Each whole line from fd on, to its end.  What a line has beyond 64 KiB is left
 * out. */
int logfile_read(int fd, logfile_line *line, void *self, struct err *e);

/* The same of the file of that name, and then of what comes: for ever, but for an
 * error.  One that is moved away or cut, as logrotate(8) does, is read from its new
 * beginning. */
int logfile_follow(const char *path, bool follow, logfile_line *line,
    void *self, struct err *e);

#endif
