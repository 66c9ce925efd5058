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
#include <stdbool.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/confine.h"
#include "gateway/base/filter_runtime.h"
#include "gateway/base/filter_short.h"

#define MEMORY_MAX (128UL << 20)
#define FDS_MAX	   512

static const char *const session_calls[] = {
	/* the loop */
	"poll", "ppoll", "read", "write", "close", "recvfrom", "sendto",
	"recvmsg", "sendmsg", "accept4", "getsockopt", "shutdown", "setitimer",
	FILTER_RUNTIME_CALLS
};

/* The zygote's own: fork, reap, end a fork that does not end, and what a fork
 * does before it is a session. */
static const char *const zygote_calls[] = { "wait4", "waitid", "kill",
	"setsockopt", "dup2", "dup3", "close_range", "seccomp" };

/* Nobody's. */
static const char *const deadly_calls[] = { "execve", "execveat", "ptrace",
	"process_vm_readv", "process_vm_writev", "bpf", "userfaultfd",
	"init_module", "finit_module", "kexec_load", "mount", "setns" };

static const struct filter_value narrow[] = {
	FILTER_FCNTL,
	{ "fcntl", 1, F_GET_SEALS },
	{ "ioctl", 1, TIOCSWINSZ },
	{ "ioctl", 1, TIOCGPTN },
	{ "ioctl", 1, FIONREAD },
	{ "setsockopt", 2, TCP_QUICKACK },
};

static const struct filter_clear no_code[] = { FILTER_NO_CODE };
static const struct filter_clear zygote_fork[] = { FILTER_FORK };

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
	    filter_allow_value(ctx, narrow, COUNT_OF(narrow), e) == -1 ||
	    filter_allow_clear(ctx, no_code, COUNT_OF(no_code), e) == -1)
		rc = -1;
	if (rc == 0 && is_zygote &&
	    (filter_add(ctx, SCMP_ACT_ALLOW, zygote_calls,
		 COUNT_OF(zygote_calls), e) == -1 ||
		filter_allow_clear(ctx, zygote_fork, COUNT_OF(zygote_fork),
		    e) == -1))
		rc = -1;
	if (rc == 0)
		rc = filter_export(ctx, out, e);
	seccomp_release(ctx);
	if (rc == 0)
		out->count = filter_shorten(out->insns, out->count);
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

int
jail_enter(const struct jail *j, const struct options *o, struct err *e)
{
	const struct confinement c = { .empty_dir = o->empty_dir,
		.uid = o->uid,
		.gid = o->gid,
		.descriptors = FDS_MAX,
		.memory = MEMORY_MAX };

	if (confine(&c, e) == -1)
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
