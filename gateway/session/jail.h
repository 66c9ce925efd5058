/*
 * jail.h - what the zygote and the sessions give up.
 *
 * Two seccomp filters are stacked: the zygote's from when it is jailed, and the
 * session's, which each fork adds before it reads a byte of its client.
 */
#ifndef ATOLL_SESSION_JAIL_H
#define ATOLL_SESSION_JAIL_H

#include "gateway/base/err.h"
#include "gateway/base/filter.h"
#include "gateway/session/options.h"

struct jail {
	struct filter zygote, session;
	int null; /* /dev/null, there is none where we go */
};

/* Compile the filters and open what must be open: needs files. */
int jail_prepare(struct jail *j, struct err *e);

/* For good: the empty directory as root, limits, no privileges, the
 * zygote's filter. */
int jail_enter(const struct jail *j, const struct options *o, struct err *e);

/* In a fork: no standard descriptors, and the session's filter. */
int jail_tighten(const struct jail *j, struct err *e);

#endif
