/*
 * denied_calls.h - the system calls that a sandbox does not have, or has in
 * part; what each answers, and why no lab may add it with seccomp_allow.
 *
 * One table for the loader, which refuses a lab file with the line of it, and
 * the builder, which compiles the filter and makes sure.  A call that is
 * neither here nor in sandbox/builder/seccomp/calls.c answers ENOSYS, and a lab
 * may add it.
 */
#ifndef ATOLL_BASE_DENIED_CALLS_H
#define ATOLL_BASE_DENIED_CALLS_H

#include <stddef.h>

enum denied_answer {
	ANSWER_EPERM,	 /* not permitted */
	ANSWER_ENOSYS,	 /* as if the kernel did not have it */
	ANSWER_DEBUG,	 /* EPERM, unless the lab has seccomp = "debug" */
	ANSWER_ARGUMENTS /* it is there: compile.c looks into its arguments */
};

struct denied_call {
	const char *name;
	enum denied_answer answer;
	const char *why; /* no lab may add it; NULL: a lab may */
};

/* The row at that place, NULL past the last. */
const struct denied_call *denied_call_at(size_t at);

/* The row of that name, NULL when there is none. */
const struct denied_call *denied_call(const char *name);

#endif
