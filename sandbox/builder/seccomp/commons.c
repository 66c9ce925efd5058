/*
 * commons.c - arguments of calls that reach what all sandboxes share.
 *
 * Memory of the kernel that no control group counts, the page cache of an
 * image, and locks on files that several sandboxes see.  Each answer is one
 * after which ordinary programs go on: that of a kernel built without it, or
 * success where the call is advice.
 */
#include "sandbox/builder/seccomp/commons.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/array.h"

#define INT_MASK 0xffffffffULL

/* What an ACL without names takes, which becomes the mode: a capability of a
 * file is shorter (24), every ACL that is stored longer. */
#define XATTR_MAX 28

/* Numbers of the kernel's interface, the same on each architecture of ours. */
#define SET_SECCOMP  22
#define SETLEASE     1024
#define SETDELEG     1040
#define OFD_GETLK    36
#define OFD_SETLK    37
#define OFD_SETLKW   38
#define DONTNEED     4
#define COLD	     20
#define PAGEOUT	     21
#define SOCKET_LEVEL 1
#define ATTACH_CBPF  26
#define ATTACH_EBPF  50
#define REUSE_CBPF   51
#define REUSE_EBPF   52
#define PACKET_LEVEL 263
#define IP_LEVEL     0
#define IP_ERRORS    11
#define IP6_LEVEL    41
#define IP6_ERRORS   25

#define IS(at, value)                                                          \
	{                                                                      \
		at, SCMP_CMP_MASKED_EQ, INT_MASK, value                        \
	}
#define ABOVE(at, value)                                                       \
	{                                                                      \
		at, SCMP_CMP_GT, value, 0                                      \
	}

static const struct {
	const char *call, *unless; /* unless the lab adds that call */
	int answer;		   /* 0: it worked, and nothing happened */
	unsigned count;
	struct scmp_arg_cmp arg[2];
} rules[] = {
	/* Programs count against bpf_jit_limit, one number for the host: when
	 * it is used up, nobody can log in. */
	{ "seccomp", "seccomp", ENOSYS, 0, { { 0 } } },
	{ "prctl", "seccomp", EINVAL, 1, { IS(0, SET_SECCOMP) } },
	{ "setsockopt", NULL, ENOPROTOOPT, 2,
	    { IS(1, SOCKET_LEVEL), IS(2, ATTACH_CBPF) } },
	{ "setsockopt", NULL, ENOPROTOOPT, 2,
	    { IS(1, SOCKET_LEVEL), IS(2, ATTACH_EBPF) } },
	{ "setsockopt", NULL, ENOPROTOOPT, 2,
	    { IS(1, SOCKET_LEVEL), IS(2, REUSE_CBPF) } },
	{ "setsockopt", NULL, ENOPROTOOPT, 2,
	    { IS(1, SOCKET_LEVEL), IS(2, REUSE_EBPF) } },
	/* Queues of errors are nobody's memory.  A resolver that cannot ask for
	 * them gives up, so it may ask. */
	{ "setsockopt", NULL, 0, 2, { IS(1, IP_LEVEL), IS(2, IP_ERRORS) } },
	{ "setsockopt", NULL, 0, 2, { IS(1, IP6_LEVEL), IS(2, IP6_ERRORS) } },
	/* Rings and memberships of packet sockets are nobody's memory, either.
	 * Only init may have one, which needs neither. */
	{ "setsockopt", NULL, ENOPROTOOPT, 1, { IS(1, PACKET_LEVEL) } },
	/* The pages of an image are in memory once, for everybody. */
	{ "fadvise64", NULL, 0, 1, { IS(3, DONTNEED) } },
	{ "madvise", NULL, 0, 1, { IS(2, COLD) } },
	{ "madvise", NULL, 0, 1, { IS(2, PAGEOUT) } },
	/* Who writes to a file waits for its leases. */
	{ "fcntl", NULL, EINVAL, 1, { IS(1, SETLEASE) } },
	{ "fcntl", NULL, EINVAL, 1, { IS(1, SETDELEG) } },
	/* Record locks are no group's memory, so the builder counts them, see
	 * locks.h.  Those of an open file description live on without any
	 * descriptor that one could count them by: in a mapping, or on their
	 * way through a socket.  Who asks for them takes a process's own locks
	 * where a kernel has no others. */
	{ "fcntl", NULL, EINVAL, 1, { IS(1, OFD_GETLK) } },
	{ "fcntl", NULL, EINVAL, 1, { IS(1, OFD_SETLK) } },
	{ "fcntl", NULL, EINVAL, 1, { IS(1, OFD_SETLKW) } },
	/* An ACL of 64 KiB on a tmpfs is no group's memory. */
	{ "setxattr", "setxattr", EOPNOTSUPP, 1, { ABOVE(3, XATTR_MAX) } },
	{ "lsetxattr", "lsetxattr", EOPNOTSUPP, 1, { ABOVE(3, XATTR_MAX) } },
	{ "fsetxattr", "fsetxattr", EOPNOTSUPP, 1, { ABOVE(3, XATTR_MAX) } },
};

static bool
is_added(const struct ids *calls, const char *name)
{
	int call = name == NULL ? -1 : seccomp_syscall_resolve_name(name);

	for (uint32_t i = 0; call >= 0 && i < calls->count; i++) {
		if ((int)calls->id[i] == call)
			return true;
	}
	return false;
}

int
commons_deny(scmp_filter_ctx ctx, const struct ids *calls, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		int call = seccomp_syscall_resolve_name(rules[i].call);
		int rc;

		if (is_added(calls, rules[i].unless))
			continue;
		rc = seccomp_rule_add_array(ctx,
		    SCMP_ACT_ERRNO((uint32_t)rules[i].answer), call,
		    rules[i].count, rules[i].arg);
		if (rc != 0)
			return err_set(e, -rc, "seccomp rule %s",
			    rules[i].call);
	}
	return 0;
}
