/*
 * memfd.h - a file that is memory, to be handed to another process.
 */
#ifndef ATOLL_BASE_MEMFD_H
#define ATOLL_BASE_MEMFD_H

/* An empty one, close-on-exec, which may be sealed.  -1 with errno. */
int memfd_make(const char *name);

#endif
