/*
 * small_libc.h - what glibc declares and musl does not, see small_libc.c.
 */
#ifndef ATOLL_BASE_SMALL_LIBC_H
#define ATOLL_BASE_SMALL_LIBC_H

#include <unistd.h>

#ifndef __GLIBC__
int close_range(unsigned first, unsigned last, int flags);
#endif

#endif
