/*
 * calls.h - the system calls that a sandbox has, by name.
 */
#ifndef ATOLL_BUILDER_SECCOMP_CALLS_H
#define ATOLL_BUILDER_SECCOMP_CALLS_H

#include <stddef.h>

struct call_list {
	const char *const *name;
	size_t count;
};

/* What is neither here nor in gateway/base/denied_calls.c does not exist here:
 * ENOSYS, so that libc falls back to an older call. */
extern const struct call_list calls_allowed;

#endif
