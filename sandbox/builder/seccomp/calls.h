/*
 * calls.h - the system calls of a sandbox, by name.
 */
#ifndef ATOLL_BUILDER_SECCOMP_CALLS_H
#define ATOLL_BUILDER_SECCOMP_CALLS_H

#include <stddef.h>

struct call_list {
	const char *const *name;
	size_t count;
};

/* Whatever is in no list does not exist here: ENOSYS, so that libc falls back
 * to an older call. */
extern const struct call_list calls_allowed;
/* Known and refused: EPERM. */
extern const struct call_list calls_denied;
/* Denied too, unless the lab is for debugging. */
extern const struct call_list calls_debug;

#endif
