/*
 * procfile.h - small files of the kernel's and of the host's, read whole.
 */
#ifndef ATOLL_BUILDER_PROCFILE_H
#define ATOLL_BUILDER_PROCFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first line without its end; false when it cannot be read. */
bool procfile_text(const char *path, char *to, size_t size);

/* The number that it begins with. */
bool procfile_number(const char *path, uint64_t *n);

/* The number after "key" at the start of a line, as in /proc/meminfo. */
bool procfile_value(const char *path, const char *key, uint64_t *n);

/* The same in a text that was read already; NULL is one without lines. */
bool procfile_find(const char *text, const char *key, uint64_t *n);

/* All of it, to be freed; NULL when it cannot be read. */
char *procfile_whole(const char *path);

#endif
