/*
 * denied_calls.h - system calls that no lab may add with seccomp_allow, and why.
 *
 * The loader says so with the line of the file, the builder makes sure.
 */
#ifndef ATOLL_BASE_DENIED_CALLS_H
#define ATOLL_BASE_DENIED_CALLS_H

#include <stddef.h>

struct refused_call {
	const char *name, *why;
};

/* The row at that place, NULL past the last. */
const struct refused_call *extra_refused(size_t at);

/* Why a lab may not have the call; NULL when it may. */
const char *extra_why_not(const char *name);

#endif
