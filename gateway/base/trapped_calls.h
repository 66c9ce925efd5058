/*
 * trapped_calls.h - the system calls by which a probe of a sandbox is known.
 *
 * The kernel tells the builder of them (SECCOMP_RET_USER_NOTIF in seccomp(2)), which
 * answers what denied_calls.h has.  None of them does anything in a sandbox, so that
 * what it costs to be told, some microseconds each, is nobody's loss; every other call
 * costs what it did before.
 *
 * A call is listed when what it is for cannot be had inside and ordinary programs do
 * without: a kernel's new interfaces, modules, mounts, namespaces, other processes'
 * descriptors.  Not listed are calls of administration, such as sethostname and
 * reboot, which a lesson may be about, those of keys, which libraries of PAM and
 * Kerberos try, and sockets, whose odd families are asked for by network tools.
 */
#ifndef ATOLL_BASE_TRAPPED_CALLS_H
#define ATOLL_BASE_TRAPPED_CALLS_H

#include <stddef.h>

enum trapped_kind {
	TRAPPED_PROBE,	/* several different ones are a probe */
	TRAPPED_COUNTED /* ordinary programs try it: libuv and node io_uring */
};

struct trapped_call {
	const char *name;
	int number; /* of this architecture */
	enum trapped_kind kind;
	int by_arguments; /* 1: only some of its arguments, see compile.c */
};

#define TRAPPED_CALLS_MAX 64

/* The row at that place, NULL past the last. */
const struct trapped_call *trapped_call_at(size_t at);

/* The place of that call's row; -1: it is none of them. */
int trapped_call_place(int number);

#endif
