/*
 * program.h - the file that this program is, and another in its place.
 *							Process: atoll-keys.
 *
 * The keeper lives as long as the gateway, which an upgrade does not end.  So it
 * becomes the program that is installed, in place (execve(2)), before the next
 * process is forked from it.
 */
#ifndef ATOLL_KEYS_PROGRAM_H
#define ATOLL_KEYS_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "gateway/base/err.h"

struct program {
	char path[PATH_MAX];
	dev_t device;
	ino_t file;
};

/* First of all, before the file can have been replaced. */
void program_remember(struct program *p);

/* Another file has its place now; false where that cannot be seen. */
bool program_is_replaced(const struct program *p);

/* Become it, with all descriptors that are not close-on-exec.  Returns when it does
 * not start, with why; that file is not asked for again. */
void program_become(struct program *p, char **argv, struct err *e);

#endif
