/*
 * bundle.h - several small files as one, to be sealed and handed on.
 *
 * A head, then the bytes, for each of them.  The loader writes it and the
 * builder reads it, on one machine: so nothing in it is portable.
 */
#ifndef ATOLL_BASE_BUNDLE_H
#define ATOLL_BASE_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/err.h"

#define BUNDLE_NAME_SIZE 24

struct bundle_entry {
	char name[BUNDLE_NAME_SIZE]; /* of [a-z0-9.-], with a NUL */
	uint32_t is_program;
	uint32_t size;
};

/* Add a file of these bytes to the end. */
int bundle_add(int fd, const char *name, bool is_program, const void *bytes,
    size_t size, struct err *e);

/*
 * The entry at *at (0 at first), which moves on to where its bytes begin: whoever
 * asks again adds its size to *at first.  1: there is one; 0: the end; -1: this is no
 * bundle, or it ends too soon.  The descriptor's own offset is not used.
 */
int bundle_next(int fd, off_t *at, struct bundle_entry *entry, struct err *e);

#endif
