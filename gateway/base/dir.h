/*
 * dir.h - directories that are read by descriptor.
 */
#ifndef ATOLL_BASE_DIR_H
#define ATOLL_BASE_DIR_H

#include <dirent.h>

/* Open a directory below dir to be read, or dir itself by "."; a link is not
 * followed.  It has a position of its own, and dir stays the caller's.  NULL
 * with errno. */
DIR *dir_open(int dir, const char *name);

/* The next entry, without "." and ".."; NULL past the last, and for NULL. */
const struct dirent *dir_next(DIR *d);

/* Of NULL is nothing; errno survives. */
void dir_close(DIR **d);

#define CLOSES_DIR __attribute__((cleanup(dir_close)))

#endif
