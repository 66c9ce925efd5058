/*
 * filter.h - a seccomp program: built once with libseccomp, installed raw.
 *
 * Building costs milliseconds, installing a built program 0.1 ms, and a
 * jailed process could not build one.  Native architecture only: i386 and x32
 * calls answer ENOSYS.  Rules: seccomp_rule_add(3); arguments are 64 bits
 * wide, so deny with SCMP_CMP_MASKED_EQ over 0xffffffff, allow with EQ.
 */
#ifndef ATOLL_BASE_FILTER_H
#define ATOLL_BASE_FILTER_H

#include <errno.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stddef.h>

#include "gateway/base/array.h"
#include "gateway/base/err.h"

struct filter {
	struct sock_filter *insns; /* owned; filter_free() */
	unsigned short count;
};

/* An empty filter with that default action, ready for rules; seccomp_release()
 * it.  NULL with e filled. */
scmp_filter_ctx filter_begin(uint32_t action, struct err *e);

/* Add a rule without arguments for each named call.  Calls that this
 * libseccomp does not know are skipped: the default action covers them. */
int filter_add(scmp_filter_ctx ctx, uint32_t action, const char *const calls[],
    size_t count, struct err *e);

/* A call that is allowed with this value of one argument, counted from 0. */
struct filter_value {
	const char *name;
	unsigned argument;
	scmp_datum_t value;
};

/* A call that is allowed while these bits of one argument are clear. */
struct filter_clear {
	const char *name;
	unsigned argument;
	scmp_datum_t bits;
};

int filter_allow_value(scmp_filter_ctx ctx, const struct filter_value calls[],
    size_t count, struct err *e);
int filter_allow_clear(scmp_filter_ctx ctx, const struct filter_clear calls[],
    size_t count, struct err *e);

/* A whole filter; each list may be empty. */
struct filter_rules {
	uint32_t otherwise;	    /* the action for what no list has */
	const char *const *allowed; /* see filter_add() */
	size_t allowed_count;
	const char *const *deadly; /* these kill the process */
	size_t deadly_count;
	const struct filter_value *values;
	size_t value_count;
	const struct filter_clear *clear;
	size_t clear_count;
};

/* Of struct filter_rules: these three lists, and ENOSYS for what none of them has, at
 * which a newer libc does what it does on an older kernel. */
#define FILTER_ALLOWING(calls, of_value, of_clear)                             \
	.otherwise = SCMP_ACT_ERRNO(ENOSYS), .allowed = (calls),               \
	.allowed_count = COUNT_OF(calls), .values = (of_value),                \
	.value_count = COUNT_OF(of_value), .clear = (of_clear),                \
	.clear_count = COUNT_OF(of_clear)

/* The program of such rules. */
int filter_build(const struct filter_rules *rules, struct filter *out,
    struct err *e);

/* Build it and install it, see filter_install(). */
int filter_enter(const struct filter_rules *rules, struct err *e);

/* Compile to a program. */
int filter_export(scmp_filter_ctx ctx, struct filter *out, struct err *e);

/* Install for this thread and its children, for good.  Needs no_new_privs or
 * CAP_SYS_ADMIN. */
int filter_install(const struct filter *f, struct err *e);

/* The same, and *listener is the descriptor on which the kernel tells of calls whose
 * action is SCMP_ACT_NOTIFY, close-on-exec.  -1 with e->code EBUSY: a filter before it
 * has one already. */
int filter_install_listening(const struct filter *f, int *listener,
    struct err *e);

void filter_free(struct filter *f);

#endif
