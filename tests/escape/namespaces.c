/* namespaces.c - new namespaces, and other people's. */
#include "tests/escape/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

/* 1 is no flag of unshare(2), and a thread without shared signal handlers none
 * that clone(2) would make: the kernel itself says EINVAL to each. */
#define UNSHARE(name, flag)                                                    \
	{ "unshare, " name, CALL(SYS_unshare, (flag) | 1), SAYS(EPERM),        \
		BARE(PLAIN, EINVAL) },                                         \
	{                                                                      \
		"unshare, " name ", high bits",                                \
		    CALL(SYS_unshare, HIGH | (flag) | 1), SAYS(EPERM),         \
		    BARE(PLAIN, EINVAL)                                        \
	}
#define CLONE(name, flag)                                                      \
	{ "clone, " name, CALL(SYS_clone, (flag) | CLONE_THREAD), SAYS(EPERM), \
		BARE(PLAIN, EINVAL) },                                         \
	{                                                                      \
		"clone, " name ", high bits",                                  \
		    CALL(SYS_clone, HIGH << 7 | (flag) | CLONE_THREAD),        \
		    SAYS(EPERM), BARE(PLAIN, EINVAL)                           \
	}
#define SETNS(name, flag)                                                      \
	{                                                                      \
		"setns, " name, CALL(SYS_setns, NONE, flag), SAYS(EPERM),      \
		    BARE(PLAIN, EBADF)                                         \
	}

/* The real thing: no odd arguments. */
static int
clone3_user(const struct told *t)
{
	struct clone_args args = { .flags = CLONE_NEWUSER,
		.exit_signal = SIGCHLD };
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	(void)t;
	if (pid == 0)
		_exit(0);
	return answer_of(pid);
}

static int
unshare_user(const struct told *t)
{
	(void)t;
	return answer_of(unshare(CLONE_NEWUSER));
}

static int
open_init_namespace(const struct told *t)
{
	(void)t;
	return answer_of(open("/proc/1/ns/mnt", O_RDONLY));
}

static int
allow_namespaces(const struct told *t)
{
	(void)t;
	return answer_of(open("/proc/sys/user/max_user_namespaces", O_WRONLY));
}

static const struct attempt attempts[] = {
	UNSHARE("user", CLONE_NEWUSER),
	UNSHARE("mount", CLONE_NEWNS),
	UNSHARE("pid", CLONE_NEWPID),
	UNSHARE("network", CLONE_NEWNET),
	UNSHARE("ipc", CLONE_NEWIPC),
	UNSHARE("uts", CLONE_NEWUTS),
	UNSHARE("cgroup", CLONE_NEWCGROUP),
	UNSHARE("time", CLONE_NEWTIME),
	{ "unshare, user, the real thing", ACT(unshare_user), SAYS(EPERM),
	    BARE(PLAIN, WORKS) },
	CLONE("user", CLONE_NEWUSER),
	CLONE("mount", CLONE_NEWNS),
	CLONE("pid", CLONE_NEWPID),
	CLONE("network", CLONE_NEWNET),
	CLONE("ipc", CLONE_NEWIPC),
	CLONE("uts", CLONE_NEWUTS),
	CLONE("cgroup", CLONE_NEWCGROUP),
	{ "clone3", CALL(SYS_clone3, BAD, sizeof(struct clone_args)),
	    SAYS(ENOSYS), BARE(PLAIN, EFAULT),
	    BECAUSE("its flags are in memory, which a filter cannot read: libc"
		    " falls back to clone") },
	{ "clone3, a new user namespace, the real thing", ACT(clone3_user),
	    SAYS(ENOSYS), BARE(PLAIN, WORKS) },
	SETNS("any", 0),
	SETNS("user", CLONE_NEWUSER),
	SETNS("mount", CLONE_NEWNS),
	SETNS("network, high bits", HIGH | CLONE_NEWNET),
	{ "open init's mount namespace", ACT(open_init_namespace), SAYS(EACCES),
	    IN(CAPS, WORKS), BARE(HOST, WORKS),
	    BECAUSE("init is not dumpable; setns is refused to all") },
	{ "raise max_user_namespaces", ACT(allow_namespaces), SAYS(EACCES),
	    BARE(HOST, WORKS),
	    BECAUSE("it is 0: what the filter would miss fails here") },
	{ "unshare, files and directories",
	    CALL(SYS_unshare, CLONE_FILES | CLONE_FS), SAYS(WORKS),
	    BARE(PLAIN, WORKS), BECAUSE("harmless, and programs need it") },
	{ "clone, a process", CALL(SYS_clone, SIGCHLD), SAYS(WORKS),
	    BARE(PLAIN, WORKS), BECAUSE("harmless, and programs need it") },
};

const struct area area_namespaces = { "namespaces",
	"In a user namespace of one's own one has every capability: nearly all"
	" of the last years' ways to root of a host went through one.",
	ROWS(attempts) };
