/*
 * harden.h - what a sandbox's processes may not do, whoever they are inside.
 */
#ifndef ATOLL_BUILDER_SECCOMP_HARDEN_H
#define ATOLL_BUILDER_SECCOMP_HARDEN_H

#include "gateway/base/err.h"
#include "gateway/base/filter.h"
#include "sandbox/builder/plan.h"

/*
 * Two seccomp programs, stacked: allow lists the calls that exist here, deny
 * looks into the arguments of some.  One program cannot do both: in a list of
 * allowed calls libseccomp drops a rule that denies one by its arguments.
 */
enum {
	HARDEN_DEBUG = 1, /* ptrace and what debuggers want beside it */
	HARDEN_RAW = 2,	  /* raw sockets, for who has CAP_NET_RAW */
	HARDEN_STILL = 4, /* no random addresses: setarch -R */
	HARDEN_TELL = 8	  /* the listener is told of trapped_calls.h */
};
/* calls: numbers of what a lab adds to the list. */
int harden_compile(unsigned lab, const struct ids *calls, struct filter *allow,
    struct filter *deny, struct err *e);

/* The same as libseccomp writes them, three times as long. */
int harden_rules(unsigned lab, const struct ids *calls, struct filter *allow,
    struct filter *deny, struct err *e);

/* In the child, which is root of its user namespace, last before the exec:
 * limits, keyring, bounding set, no_new_privs unless the lab has setuid,
 * filters.  *listener is what calls are told on, where the lab has it so; else, and
 * where a filter before ours has a listener already, -1: then those calls answer
 * ENOSYS. */
int harden_self(const struct plan *p, int *listener, struct err *e);

#endif
