/*
 * compile.c - the seccomp programs of a sandbox.
 *
 * Arguments are 64 bits wide and the kernel looks at the lower 32 of an int.
 * So what is denied is denied by the lower half (MASKED_EQ over 0xffffffff,
 * or a comparison of all 64 bits that only denies more), and what is allowed
 * is allowed as exactly that value.  Where both programs refuse a call, the
 * one that was installed last, deny, chooses the errno.
 *
 * A call that the builder is told of is allowed by the first program and told by the
 * second, since an errno of either would be what the caller gets, untold.  Whole calls
 * and no arguments of them: nothing of such a call depends on the second alone, which
 * is there or the sandbox is not.  Without a listener it answers ENOSYS.
 *
 * The errno is that of a kernel which does not have the thing at all, where
 * programs look for it and go on: libaudit, and with it PAM, su and useradd,
 * does without an audit socket after EPROTONOSUPPORT, and gives up after EPERM.
 * EPERM is for what every kernel has and not everybody may.
 */
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/socket.h>

#include "gateway/base/array.h"
#include "gateway/base/denied_calls.h"
#include "gateway/base/filter_short.h"
#include "gateway/base/trapped_calls.h"
#include "sandbox/builder/seccomp/calls.h"
#include "sandbox/builder/seccomp/commons.h"
#include "sandbox/builder/seccomp/harden.h"

#define INT_MASK     0xffffffffULL
#define EPERM_ACTION SCMP_ACT_ERRNO(EPERM)
#define NO_FAMILY    SCMP_ACT_ERRNO(EAFNOSUPPORT)
#define NO_TYPE	     SCMP_ACT_ERRNO(ESOCKTNOSUPPORT)
#define NO_PROTOCOL  SCMP_ACT_ERRNO(EPROTONOSUPPORT)

#define IPPROTO_TCP_LEVEL 6
#define TCP_ULP_OPTION	  31
#define IOCTL_TIOCSTI	  0x5412
#define IOCTL_TIOCLINUX	  0x541c
#define IOCTL_TIOCSETD	  0x5423
#define TYPE_MASK	  0xfULL /* of a socket's type; above it are flags */
#define PERSONALITY_QUERY 0xffffffffULL

static void
release(scmp_filter_ctx *ctx)
{
	if (*ctx != NULL)
		seccomp_release(*ctx);
}
#define RELEASES __attribute__((cleanup(release)))

static int
rule(scmp_filter_ctx ctx, uint32_t action, int call, unsigned count,
    const struct scmp_arg_cmp *arg, struct err *e)
{
	int rc = seccomp_rule_add_array(ctx, action, call, count, arg);

	if (rc != 0)
		return err_set(e, -rc, "seccomp rule for call %d", call);
	return 0;
}

/* --- the calls that exist ----------------------------------------------- */

static int
allow_values(scmp_filter_ctx ctx, int call, const uint64_t *value, size_t n,
    struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct scmp_arg_cmp is = SCMP_A0_64(SCMP_CMP_EQ, value[i]);

		if (rule(ctx, SCMP_ACT_ALLOW, call, 1, &is, e) == -1)
			return -1;
	}
	return 0;
}

/* The protocols of a stream and of datagrams; ping(8) uses the ICMPs. */
static const struct {
	uint64_t type, protocol;
} protocols[] = {
	{ SOCK_STREAM, 0 },
	{ SOCK_STREAM, IPPROTO_TCP },
	{ SOCK_DGRAM, 0 },
	{ SOCK_DGRAM, IPPROTO_UDP },
	{ SOCK_DGRAM, IPPROTO_ICMP },
	{ SOCK_DGRAM, IPPROTO_ICMPV6 },
};

static int
allow_internet(scmp_filter_ctx ctx, uint64_t family, unsigned lab,
    struct err *e)
{
	const uint64_t type_mask = ~(uint64_t)(SOCK_NONBLOCK | SOCK_CLOEXEC);
	const struct scmp_arg_cmp raw[] = {
		SCMP_A0_64(SCMP_CMP_EQ, family),
		SCMP_A1_64(SCMP_CMP_MASKED_EQ, type_mask, SOCK_RAW),
	};

	for (size_t i = 0; i < COUNT_OF(protocols); i++) {
		const struct scmp_arg_cmp is[] = {
			SCMP_A0_64(SCMP_CMP_EQ, family),
			SCMP_A1_64(SCMP_CMP_MASKED_EQ, type_mask,
			    protocols[i].type),
			SCMP_A2_64(SCMP_CMP_EQ, protocols[i].protocol),
		};

		if (rule(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 3, is, e) == -1)
			return -1;
	}
	if ((lab & HARDEN_RAW) == 0)
		return 0;
	return rule(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2, raw, e);
}

static int
allow_sockets(scmp_filter_ctx ctx, unsigned lab, struct err *e)
{
	static const uint64_t any[] = { AF_UNIX };
	const struct scmp_arg_cmp route[] = {
		SCMP_A0_64(SCMP_CMP_EQ, AF_NETLINK),
		SCMP_A2_64(SCMP_CMP_EQ, 0), /* NETLINK_ROUTE */
	};

	if (allow_values(ctx, SCMP_SYS(socket), any, 1, e) == -1 ||
	    allow_internet(ctx, AF_INET, lab, e) == -1 ||
	    allow_internet(ctx, AF_INET6, lab, e) == -1)
		return -1;
	return rule(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2, route, e);
}

static int
allow_personalities(scmp_filter_ctx ctx, unsigned lab, struct err *e)
{
	static const uint64_t plain[] = { PER_LINUX, PER_LINUX32, UNAME26,
		UNAME26 | PER_LINUX32, PERSONALITY_QUERY,
		/* of a sign-extended int -1 */ ~0ULL };
	static const uint64_t still[] = { ADDR_NO_RANDOMIZE,
		ADDR_NO_RANDOMIZE | PER_LINUX32 };

	if (allow_values(ctx, SCMP_SYS(personality), plain, COUNT_OF(plain),
		e) == -1)
		return -1;
	if ((lab & (HARDEN_DEBUG | HARDEN_STILL)) == 0)
		return 0;
	return allow_values(ctx, SCMP_SYS(personality), still, COUNT_OF(still),
	    e);
}

static bool
is_added(const struct ids *calls, int call)
{
	for (uint32_t i = 0; i < calls->count; i++) {
		if ((int)calls->id[i] == call)
			return true;
	}
	return false;
}

/* What the lab adds; the loader asked the same question. */
static int
allow_added(scmp_filter_ctx ctx, const struct ids *calls, struct err *e)
{
	const struct denied_call *no;

	for (size_t i = 0; (no = denied_call_at(i)) != NULL; i++) {
		int call = seccomp_syscall_resolve_name(no->name);

		if (no->why != NULL && call >= 0 && is_added(calls, call))
			return err_set(e, EPERM, "%s: %s", no->name, no->why);
	}
	for (uint32_t i = 0; i < calls->count; i++) {
		if ((int)calls->id[i] < 0)
			return err_set(e, EINVAL, "call %d", (int)calls->id[i]);
		if (rule(ctx, SCMP_ACT_ALLOW, (int)calls->id[i], 0, NULL, e) ==
		    -1)
			return -1;
	}
	return 0;
}

/* The calls of the table that are answered so, but not what the lab adds, nor what
 * the other program tells of: an errno of either beats that. */
static int
answer(scmp_filter_ctx ctx, enum denied_answer which, uint32_t action,
    unsigned lab, const struct ids *calls, struct err *e)
{
	const struct denied_call *c;

	for (size_t i = 0; (c = denied_call_at(i)) != NULL; i++) {
		int call = seccomp_syscall_resolve_name(c->name);
		bool is_told =
		    (lab & HARDEN_TELL) != 0 && trapped_call_place(call) != -1;

		if (c->answer == which && !is_added(calls, call) && !is_told &&
		    filter_add(ctx, action, &c->name, 1, e) == -1)
			return -1;
	}
	return 0;
}

/* Each whole call that is told of, with this action. */
static int
trap(scmp_filter_ctx ctx, unsigned lab, uint32_t action, struct err *e)
{
	const struct trapped_call *c;

	if ((lab & HARDEN_TELL) == 0)
		return 0;
	for (size_t i = 0; (c = trapped_call_at(i)) != NULL; i++) {
		if (c->by_arguments == 0 &&
		    rule(ctx, action, c->number, 0, NULL, e) == -1)
			return err_wrap(e, "%s", c->name);
	}
	return 0;
}

static int
compile_allow(unsigned lab, const struct ids *calls, struct filter *out,
    struct err *e)
{
	bool debug = (lab & HARDEN_DEBUG) != 0;
	RELEASES scmp_filter_ctx ctx = filter_begin(SCMP_ACT_ERRNO(ENOSYS), e);

	if (ctx == NULL)
		return -1;
	if (filter_add(ctx, SCMP_ACT_ALLOW, calls_allowed.name,
		calls_allowed.count, e) == -1 ||
	    answer(ctx, ANSWER_EPERM, EPERM_ACTION, lab, calls, e) == -1 ||
	    trap(ctx, lab, SCMP_ACT_ALLOW, e) == -1 ||
	    allow_added(ctx, calls, e) == -1 ||
	    answer(ctx, ANSWER_DEBUG, debug ? SCMP_ACT_ALLOW : EPERM_ACTION,
		lab, calls, e) == -1 ||
	    allow_sockets(ctx, lab, e) == -1 ||
	    allow_personalities(ctx, lab, e) == -1)
		return -1;
	return filter_export(ctx, out, e);
}

/* --- arguments that are refused ----------------------------------------- */

static int
deny_namespaces(scmp_filter_ctx ctx, unsigned lab, struct err *e)
{
	uint32_t action =
	    (lab & HARDEN_TELL) != 0 ? SCMP_ACT_NOTIFY : EPERM_ACTION;
	static const uint64_t flags[] = { CLONE_NEWNS, CLONE_NEWCGROUP,
		CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID,
		CLONE_NEWNET };
	/* For clone this bit is part of a signal number. */
	const struct scmp_arg_cmp time =
	    SCMP_A0_64(SCMP_CMP_MASKED_EQ, 0x80, 0x80);

	for (size_t i = 0; i < COUNT_OF(flags); i++) {
		struct scmp_arg_cmp has =
		    SCMP_A0_64(SCMP_CMP_MASKED_EQ, flags[i], flags[i]);

		if (rule(ctx, action, SCMP_SYS(clone), 1, &has, e) == -1 ||
		    rule(ctx, action, SCMP_SYS(unshare), 1, &has, e) == -1)
			return -1;
	}
	return rule(ctx, action, SCMP_SYS(unshare), 1, &time, e);
}

/*
 * What inet and inet6 have beside streams and datagrams: little used protocols,
 * whose modules the kernel would load.  SOCK_PACKET is a packet socket's other
 * name, which the family does not tell.
 */
static int
deny_internet(scmp_filter_ctx ctx, uint64_t family, unsigned lab, struct err *e)
{
	/* SCTP, DCCP, UDP-Lite, L2TP, MPTCP */
	static const uint64_t known[] = { 132, 33, 136, 115, 262 };
	static const uint64_t types[] = { SOCK_STREAM, SOCK_DGRAM };
	const struct scmp_arg_cmp is_family =
	    SCMP_A0_64(SCMP_CMP_MASKED_EQ, INT_MASK, family);

	for (uint64_t t = 0; t <= TYPE_MASK; t++) {
		const struct scmp_arg_cmp is[] = { is_family,
			SCMP_A1_64(SCMP_CMP_MASKED_EQ, TYPE_MASK, t) };

		if (t == SOCK_STREAM || t == SOCK_DGRAM ||
		    (t == SOCK_RAW && (lab & HARDEN_RAW) != 0))
			continue;
		/* A raw socket is there and wants a capability. */
		if (rule(ctx,
			t == SOCK_RAW || t == SOCK_PACKET ? EPERM_ACTION
							  : NO_TYPE,
			SCMP_SYS(socket), 2, is, e) == -1)
			return -1;
	}
	for (size_t i = 0; i < 2 * COUNT_OF(known); i++) {
		const struct scmp_arg_cmp is[] = { is_family,
			SCMP_A1_64(SCMP_CMP_MASKED_EQ, TYPE_MASK, types[i % 2]),
			SCMP_A2_64(SCMP_CMP_MASKED_EQ, INT_MASK,
			    known[i / 2]) };

		if (rule(ctx, NO_PROTOCOL, SCMP_SYS(socket), 3, is, e) == -1)
			return -1;
	}
	return 0;
}

/* The allow program is what keeps them out; here they get a telling errno. */
static int
deny_sockets(scmp_filter_ctx ctx, unsigned lab, struct err *e)
{
	const struct scmp_arg_cmp above = SCMP_A0_64(SCMP_CMP_GT, AF_PACKET);
	const struct scmp_arg_cmp not_unix = SCMP_A0_64(SCMP_CMP_NE, AF_UNIX);
	const struct scmp_arg_cmp not_route[] = {
		SCMP_A0_64(SCMP_CMP_MASKED_EQ, INT_MASK, AF_NETLINK),
		SCMP_A2_64(SCMP_CMP_NE, 0),
	};

	for (uint64_t f = 0; f <= AF_PACKET; f++) {
		struct scmp_arg_cmp is =
		    SCMP_A0_64(SCMP_CMP_MASKED_EQ, INT_MASK, f);

		if (f == AF_UNIX || f == AF_INET || f == AF_INET6 ||
		    f == AF_NETLINK)
			continue;
		/* A packet socket is there and wants a capability. */
		if (rule(ctx, f == AF_PACKET ? EPERM_ACTION : NO_FAMILY,
			SCMP_SYS(socket), 1, &is, e) == -1)
			return -1;
	}
	if (deny_internet(ctx, AF_INET, lab, e) == -1 ||
	    deny_internet(ctx, AF_INET6, lab, e) == -1 ||
	    rule(ctx, NO_FAMILY, SCMP_SYS(socket), 1, &above, e) == -1 ||
	    rule(ctx, NO_PROTOCOL, SCMP_SYS(socket), 2, not_route, e) == -1)
		return -1;
	return rule(ctx, NO_FAMILY, SCMP_SYS(socketpair), 1, &not_unix, e);
}

/* Typing into a terminal, line disciplines, and upper-layer protocols of TCP:
 * each has led out of a sandbox. */
static int
deny_options(scmp_filter_ctx ctx, struct err *e)
{
	static const uint64_t ioctls[] = { IOCTL_TIOCSTI, IOCTL_TIOCLINUX,
		IOCTL_TIOCSETD };
	const struct scmp_arg_cmp ulp[] = {
		SCMP_A1_64(SCMP_CMP_MASKED_EQ, INT_MASK, IPPROTO_TCP_LEVEL),
		SCMP_A2_64(SCMP_CMP_MASKED_EQ, INT_MASK, TCP_ULP_OPTION),
	};

	for (size_t i = 0; i < COUNT_OF(ioctls); i++) {
		struct scmp_arg_cmp is =
		    SCMP_A1_64(SCMP_CMP_MASKED_EQ, INT_MASK, ioctls[i]);

		if (rule(ctx, EPERM_ACTION, SCMP_SYS(ioctl), 1, &is, e) == -1)
			return -1;
	}
	return rule(ctx, EPERM_ACTION, SCMP_SYS(setsockopt), 2, ulp, e);
}

/* Every bit but those that compile_allow() lets through.  Bit 31 is set in
 * the query alone, so each rule also wants it clear. */
static int
deny_personalities(scmp_filter_ctx ctx, unsigned lab, struct err *e)
{
	const uint64_t top = 1ULL << 31;
	uint64_t good = PER_LINUX32 | UNAME26;

	if ((lab & (HARDEN_DEBUG | HARDEN_STILL)) != 0)
		good |= ADDR_NO_RANDOMIZE;
	for (uint64_t bit = 1; bit < top; bit <<= 1) {
		struct scmp_arg_cmp has =
		    SCMP_A0_64(SCMP_CMP_MASKED_EQ, bit | top, bit);

		if ((good & bit) == 0 &&
		    rule(ctx, EPERM_ACTION, SCMP_SYS(personality), 1, &has,
			e) == -1)
			return -1;
	}
	return 0;
}

static int
compile_deny(unsigned lab, const struct ids *calls, struct filter *out,
    struct err *e)
{
	RELEASES scmp_filter_ctx ctx = filter_begin(SCMP_ACT_ALLOW, e);

	if (ctx == NULL)
		return -1;
	if (trap(ctx, lab, SCMP_ACT_NOTIFY, e) == -1 ||
	    deny_namespaces(ctx, lab, e) == -1 ||
	    deny_sockets(ctx, lab, e) == -1 || deny_options(ctx, e) == -1 ||
	    deny_personalities(ctx, lab, e) == -1 ||
	    commons_deny(ctx, calls, e) == -1)
		return -1;
	return filter_export(ctx, out, e);
}

int
harden_rules(unsigned lab, const struct ids *calls, struct filter *allow,
    struct filter *deny, struct err *e)
{
	if (compile_allow(lab, calls, allow, e) == -1)
		return err_wrap(e, "allowed calls");
	if (compile_deny(lab, calls, deny, e) == -1)
		return err_wrap(e, "denied arguments");
	return 0;
}

int
harden_compile(unsigned lab, const struct ids *calls, struct filter *allow,
    struct filter *deny, struct err *e)
{
	if (harden_rules(lab, calls, allow, deny, e) == -1)
		return -1;
	allow->count = filter_shorten(allow->insns, allow->count);
	deny->count = filter_shorten(deny->insns, deny->count);
	return 0;
}
