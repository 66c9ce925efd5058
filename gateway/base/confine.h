/*
 * confine.h - give up files and rights, for a process that only moves bytes.
 *
 * The builder starts such a program as root, with -u UID -g GID -e DIRECTORY on its
 * command line.
 */
#ifndef ATOLL_BASE_CONFINE_H
#define ATOLL_BASE_CONFINE_H

#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/err.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1 /* shadow memory, /proc/self/maps, reports on stderr */
#else
#define SANITIZED 0
#endif

struct confinement {
	const char *empty_dir; /* its root directory from then on */
	uid_t uid;
	gid_t gid;
	uint64_t descriptors;  /* RLIMIT_NOFILE */
	uint64_t memory;       /* RLIMIT_DATA in bytes; not when sanitized */
	uint64_t capabilities; /* that it keeps: bit n is capability n */
};

/* The id of a user or group other than root. */
int confine_parse_id(const char *text, unsigned *id, struct err *e);

/* Fill uid, gid and empty_dir, which points into argv, from the command line. */
int confine_options(struct confinement *c, int argc, char **argv,
    struct err *e);

/* The empty directory, no core files, the limits, and the ids without any
 * privilege but those capabilities, see privs_drop().  For good; after -1 the
 * process must end.  The seccomp filter is the caller's, who knows the calls. */
int confine(const struct confinement *c, struct err *e);

/* Once in such a program, as a declaration: when it ends, the sanitizers' leak checker
 * would look for /proc, which is not there. */
#if SANITIZED
const char *__asan_default_options(void);
#define CONFINED_PROGRAM                                                       \
	const char *__asan_default_options(void)                               \
	{                                                                      \
		return "detect_leaks=0";                                       \
	}                                                                      \
	struct confinement
#else
#define CONFINED_PROGRAM struct confinement
#endif

#endif
