/*
 * folder.h - for targets whose code reads files: a folder, gone at exit.
 *
 * By descriptor: the corpus is named relative to where the program runs.
 */
#ifndef ATOLL_TESTS_FUZZ_FOLDER_H
#define ATOLL_TESTS_FUZZ_FOLDER_H

#include <fcntl.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

struct fuzz_folder {
	char path[128];
	int fd; /* -1: not made yet */
};
#define FUZZ_FOLDER                                                            \
	{                                                                      \
		"", -1                                                         \
	}

static inline void
fuzz_folder_make(struct fuzz_folder *f)
{
	const char *parent = getenv("TMPDIR");

	snprintf(f->path, sizeof(f->path), "%s/atoll-fuzz.XXXXXX",
	    parent == NULL ? "/tmp" : parent);
	MUST(mkdtemp(f->path) != NULL);
	f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	MUST(f->fd != -1);
}

static inline void
fuzz_folder_write(const struct fuzz_folder *f, const char *path,
    const void *data, size_t size)
{
	int fd =
	    openat(f->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	MUST(fd != -1 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

#endif
