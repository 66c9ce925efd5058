/*
 * tar.h - an archive as tar(5) has it, with what POSIX calls pax headers.
 *
 * Anything may be a name or the target of a link: what does not fit a header
 * goes into one of pax, with its length.
 */
#ifndef ATOLL_BUILDER_EXPORT_TAR_H
#define ATOLL_BUILDER_EXPORT_TAR_H

#include <stdint.h>
#include <sys/stat.h>

#include "gateway/base/err.h"

#define TAR_EXTENTS 1024

struct tar {
	int fd;
	uint64_t written, most; /* bytes; more are refused */
	/* Called before bytes are written, where there is one. */
	void (*before)(const struct tar *t);
};

/* Types of entries, as they stand in a header. */
enum tar_type {
	TAR_FILE = '0',
	TAR_HARD_LINK = '1',
	TAR_LINK = '2',
	TAR_DIRECTORY = '5',
	TAR_FIFO = '6',
};

/* One without contents: target is that of a link, "" for others. */
int tar_entry(struct tar *t, enum tar_type type, const char *path,
    const char *target, const struct stat *st, struct err *e);

/* A file, read from fd: as long as st says, whatever becomes of it meanwhile.
 * Holes take no room. */
int tar_file(struct tar *t, const char *path, int fd, const struct stat *st,
    struct err *e);

int tar_end(struct tar *t, struct err *e);

#endif
