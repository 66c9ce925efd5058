/*
 * bytes.h - write(2) until all is written.
 */
#ifndef ATOLL_LAB_BYTES_H
#define ATOLL_LAB_BYTES_H

#include <stddef.h>

/* Blocks where the descriptor does.  -1 with errno. */
int bytes_write(int fd, const char *bytes, size_t n);

#endif
