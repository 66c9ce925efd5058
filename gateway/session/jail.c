/*
 * jail.c - what the zygote and the sessions give up, in order.
 *
 * A session speaks SSH to unauthenticated clients, so when it reads their first
 * byte it holds the client's socket and the link to the monitor, later the link
 * to its sandbox's init and the descriptors of channels, and can do nothing but
 * move bytes between them: it has no files, no way to open a socket (it accepts
 * from those that init made in the sandbox's network), to make a process or
 * executable memory, and no rights over any other process.
 *
 * Calls that are not listed answer ENOSYS.  A libc newer than the one this was
 * written with then takes its older way, and a student keeps the session;
 * only what no library calls by itself is answered with death.
 */
#include "gateway/session/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/privs.h"

#define MEMORY_MAX (128UL << 20)
#define FDS_MAX	   512

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1 /* shadow memory, /proc/self/maps, reports on stderr */
#else
#define SANITIZED 0
#endif

static const char *const session_calls[] = {
	/* the loop */
	"poll", "ppoll", "read", "write", "close", "recvfrom", "sendto",
	"recvmsg", "sendmsg", "accept4", "getsockopt", "shutdown", "setitimer",
	/* time */
	"clock_gettime", "clock_getres", "gettimeofday", "time",
	"clock_nanosleep", "nanosleep", "restart_syscall",
	/* memory, and what libc and libcrypto do on the way */
	"brk", "munmap", "mremap", "madvise", "futex", "getrandom", "getpid",
	"gettid", "getuid", "geteuid", "getgid", "getegid", "fstat",
	"newfstatat", "lseek", "sched_yield", "getcpu", "membarrier", "rseq",
	"set_robust_list", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
	"sigaltstack", "exit", "exit_group"
};

/* The zygote's own: fork, reap, end a fork that does not end, and what a fork
 * does before it is a session. */
static const char *const zygote_calls[] = { "wait4", "waitid", "kill",
	"setsockopt", "dup2", "dup3", "close_range", "seccomp" };

/* Nobody's. */
static const char *const deadly_calls[] = { "execve", "execveat", "ptrace",
	"process_vm_readv", "process_vm_writev", "bpf", "userfaultfd",
	"init_module", "finit_module", "kexec_load", "mount", "setns" };

/* Calls that are fine with one value of one argument. */
static const struct {
	const char *name;
	unsigned argument;
	scmp_datum_t value;
} narrow[] = {
	{ "fcntl", 1, F_GETFL },
	{ "fcntl", 1, F_SETFL },
	{ "fcntl", 1, F_GETFD },
	{ "fcntl", 1, F_SETFD },
	{ "fcntl", 1, F_DUPFD_CLOEXEC },
	{ "fcntl", 1, F_GET_SEALS },
	{ "ioctl", 1, TIOCSWINSZ },
	{ "ioctl", 1, TIOCGPTN },
	{ "ioctl", 1, FIONREAD },
	{ "setsockopt", 2, TCP_QUICKACK },
};

/* Calls that are fine while some bits of one argument are clear. */
static const struct {
	const char *name;
	unsigned argument;
	scmp_datum_t clear;
} masked[] = {
	{ "mmap", 2, PROT_EXEC },
	{ "mprotect", 2, PROT_EXEC },
	/* fork(2), but no new namespaces; only in the zygote */
	{ "clone", 0,
	    CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
		CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_VM },
};

static int
add_rule(scmp_filter_ctx ctx, const char *name, struct scmp_arg_cmp comparison,
    struct err *e)
{
	int rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW,
	    seccomp_syscall_resolve_name(name), 1, comparison);

	return rc == 0 ? 0 : err_set(e, -rc, "seccomp rule %s", name);
}

static int
add_narrow(scmp_filter_ctx ctx, size_t masked_count, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(narrow); i++) {
		if (add_rule(ctx, narrow[i].name,
			SCMP_CMP(narrow[i].argument, SCMP_CMP_EQ,
			    narrow[i].value),
			e) == -1)
			return -1;
	}
	for (size_t i = 0; i < masked_count; i++) {
		if (add_rule(ctx, masked[i].name,
			SCMP_CMP(masked[i].argument, SCMP_CMP_MASKED_EQ,
			    masked[i].clear, 0),
			e) == -1)
			return -1;
	}
	return 0;
}

/* The zygote's filter allows what the session's does, and its own. */
static int
build(struct filter *out, bool is_zygote, struct err *e)
{
	scmp_filter_ctx ctx = filter_begin(SCMP_ACT_ERRNO(ENOSYS), e);
	int rc = 0;

	if (ctx == NULL)
		return -1;
	if (filter_add(ctx, SCMP_ACT_ALLOW, session_calls,
		COUNT_OF(session_calls), e) == -1 ||
	    filter_add(ctx, SCMP_ACT_KILL_PROCESS, deadly_calls,
		COUNT_OF(deadly_calls), e) == -1 ||
	    add_narrow(ctx, COUNT_OF(masked) - (is_zygote ? 0 : 1), e) == -1)
		rc = -1;
	if (rc == 0 && is_zygote)
		rc = filter_add(ctx, SCMP_ACT_ALLOW, zygote_calls,
		    COUNT_OF(zygote_calls), e);
	if (rc == 0)
		rc = filter_export(ctx, out, e);
	seccomp_release(ctx);
	return rc;
}

int
jail_prepare(struct jail *j, struct err *e)
{
	*j = (struct jail){ .null = open("/dev/null", O_RDWR | O_CLOEXEC) };
	if (j->null == -1)
		return err_set(e, errno, "/dev/null");
	if (build(&j->zygote, true, e) == -1 ||
	    build(&j->session, false, e) == -1)
		return -1;
	return 0;
}

static int
limit(int what, rlim_t most, struct err *e)
{
	const struct rlimit r = { most, most };

	if (setrlimit((__rlimit_resource_t)what, &r) == -1)
		return err_set(e, errno, "setrlimit %d", what);
	return 0;
}

int
jail_enter(const struct jail *j, const struct options *o, struct err *e)
{
	if (chroot(o->empty_dir) == -1 || chdir("/") == -1)
		return err_set(e, errno, "chroot %s", o->empty_dir);
	if (limit(RLIMIT_CORE, 0, e) == -1 ||
	    limit(RLIMIT_NOFILE, FDS_MAX, e) == -1)
		return -1;
	if (!SANITIZED && limit(RLIMIT_DATA, MEMORY_MAX, e) == -1)
		return -1;
	if (privs_drop(o->uid, o->gid, e) == -1)
		return -1;
	return SANITIZED ? 0 : filter_install(&j->zygote, e);
}

int
jail_tighten(const struct jail *j, struct err *e)
{
	if (SANITIZED)
		return 0;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (dup2(j->null, fd) == -1)
			return err_set(e, errno, "dup2");
	}
	close(j->null);
	return filter_install(&j->session, e);
}
