/* processes.c - what one process may do to another, and become. */
#include "tests/escape/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* --- init --------------------------------------------------------------- */

static int
open_of_init(const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/1/%s", name);
	return answer_of(open(path, flags));
}

static int
init_memory(const struct told *t)
{
	(void)t;
	return open_of_init("mem", O_RDWR);
}

/* Their numbers may be listed by root; not what they are. */
static int
init_descriptors(const struct told *t)
{
	char target[64];

	(void)t;
	return answer_of(readlink("/proc/1/fd/3", target, sizeof(target)));
}

static int
init_link(const struct told *t)
{
	(void)t;
	return open_of_init("fd/3", O_RDWR);
}

static int
init_program(const struct told *t)
{
	(void)t;
	return open_of_init("exe", O_WRONLY);
}

static int
init_root(const struct told *t)
{
	(void)t;
	return open_of_init("root/..", O_RDONLY);
}

static int
init_environment(const struct told *t)
{
	(void)t;
	return open_of_init("environ", O_RDONLY);
}

static int
init_maps(const struct told *t)
{
	(void)t;
	return open_of_init("maps", O_RDONLY);
}

static int
read_of_init(const struct told *t)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { (void *)BAD, 1 };

	(void)t;
	return answer_of(process_vm_readv(1, &here, 1, &there, 1, 0));
}

static int
kill_init(const struct told *t)
{
	(void)t;
	if (kill(1, SIGKILL) == -1)
		return errno;
	/* It is still there, else we would not be. */
	return kill(1, 0) == 0 ? EALREADY : WORKS;
}

/* --- the host's --------------------------------------------------------- */

static int
kill_host(const struct told *t)
{
	return t->host_pid == 0 ? UNTRIED : answer_of(kill(t->host_pid, 0));
}

static int
open_host(const struct told *t)
{
	return t->host_pid == 0
		   ? UNTRIED
		   : answer_of(syscall(SYS_pidfd_open, t->host_pid, 0));
}

static int
limit_host(const struct told *t)
{
	struct rlimit r;

	return t->host_pid == 0
		   ? UNTRIED
		   : answer_of(prlimit(t->host_pid, RLIMIT_NOFILE, NULL, &r));
}

static int
proc_of_host(const struct told *t)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", t->host_pid);
	return t->host_pid == 0 ? UNTRIED : answer_of(open(path, O_RDONLY));
}

/* --- oneself ------------------------------------------------------------ */

static int
trace_me(const struct told *t)
{
	(void)t;
	return answer_of(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int
read_myself(const struct told *t)
{
	char from = 'x', to;
	struct iovec here = { &to, 1 }, there = { &from, 1 };

	(void)t;
	return answer_of(process_vm_readv(getpid(), &here, 1, &there, 1, 0));
}

static int
write_myself(const struct told *t)
{
	char from = 'x', to;
	struct iovec here = { &from, 1 }, there = { &to, 1 };

	(void)t;
	return answer_of(process_vm_writev(getpid(), &here, 1, &there, 1, 0));
}

static int
all_capabilities(const struct told *t)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct all[2] = { { ALL, ALL, 0 },
		{ 0x1ff, 0x1ff, 0 } };

	(void)t;
	return answer_of(syscall(SYS_capset, &head, all));
}

static int
raise_ambient(const struct told *t)
{
	(void)t;
	return answer_of(
	    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0));
}

static int
allow_new_privileges(const struct told *t)
{
	(void)t;
	return answer_of(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

static int
filter_off(const struct told *t)
{
	(void)t;
	return answer_of(prctl(PR_SET_SECCOMP, 0, 0, 0, 0));
}

static int
become_outsider(const struct told *t)
{
	(void)t;
	return answer_of(setresuid(65536, 65536, 65536));
}

static int
realtime(const struct told *t)
{
	struct sched_param p = { .sched_priority = 1 };

	(void)t;
	return answer_of(sched_setscheduler(0, SCHED_FIFO, &p));
}

static int
nicer(const struct told *t)
{
	(void)t;
	return answer_of(setpriority(PRIO_PROCESS, 0, -5));
}

static int
more_files(const struct told *t)
{
	struct rlimit r;

	(void)t;
	getrlimit(RLIMIT_NOFILE, &r);
	r.rlim_max++;
	return answer_of(setrlimit(RLIMIT_NOFILE, &r));
}

static int
out_of_memory_last(const struct told *t)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);

	(void)t;
	return fd == -1 ? errno : answer_of(write(fd, "-1000", 5));
}

/* Beyond 0, 1 and 2 only the pipe that this answer takes. */
static int
inherited(const struct told *t)
{
	int count = 0;

	(void)t;
	for (int fd = 3; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) == 0;
	return count > 1 ? WORKS : ENOENT;
}

/* With CAP_SYS_CHROOT one leaves any chroot, but not the mount namespace. */
static int
leave_chroot(const struct told *t)
{
	struct stat before, after;

	(void)t;
	if (stat("/", &before) == -1 || mkdir("/tmp/in", 0700) == -1)
		return UNTRIED;
	if (chroot("/tmp/in") == -1)
		return rmdir("/tmp/in") == 0 ? EPERM : UNTRIED;
	for (int i = 0; i < 64; i++) {
		if (chdir("..") == -1)
			return errno;
	}
	if (chroot(".") == -1 || stat("/", &after) == -1)
		return errno;
	rmdir("/tmp/in");
	if (before.st_dev == after.st_dev && before.st_ino == after.st_ino)
		return ELOOP;
	return WORKS;
}

static const struct attempt attempts[] = {
	{ "trace init", CALL(SYS_ptrace, PTRACE_ATTACH, 1), SAYS(EPERM),
	    BARE(NOBODY, SAME) },
	{ "seize init", CALL(SYS_ptrace, PTRACE_SEIZE, 1), SAYS(EPERM),
	    BARE(NOBODY, SAME) },
	{ "trace by an unknown request", CALL(SYS_ptrace, ALL, 0), SAYS(EPERM),
	    IN(DEBUG, ESRCH), BARE(PLAIN, ESRCH) },
	{ "let oneself be traced", ACT(trace_me), SAYS(EPERM), IN(DEBUG, WORKS),
	    BARE(PLAIN, WORKS), BECAUSE("gdb and strace want it") },
	{ "process_vm_readv of oneself", ACT(read_myself), SAYS(EPERM),
	    IN(DEBUG, WORKS), BARE(PLAIN, WORKS) },
	{ "process_vm_writev of oneself", ACT(write_myself), SAYS(EPERM),
	    IN(DEBUG, WORKS), BARE(PLAIN, WORKS) },
	{ "process_vm_readv of init", ACT(read_of_init), SAYS(EPERM),
	    BARE(NOBODY, SAME) },
	{ "process_madvise", CALL(SYS_process_madvise, NONE, BAD, 1, 0, ALL),
	    SAYS(EPERM), BARE(PLAIN, EINVAL) },
	{ "pidfd_getfd", CALL(SYS_pidfd_getfd, NONE, 0, ALL), SAYS(EPERM),
	    BARE(PLAIN, EINVAL) },
	{ "init's memory", ACT(init_memory), SAYS(EACCES), IN(CAPS, WORKS),
	    BARE(HOST, WORKS),
	    BECAUSE("init is not dumpable; who is given sys_ptrace has all of "
		    "his own sandbox, init included") },
	{ "init's descriptors", ACT(init_descriptors), SAYS(EACCES),
	    IN(CAPS, WORKS), BARE(NOBODY, SAME) },
	{ "init's link to the monitor", ACT(init_link), SAYS(EACCES),
	    IN(CAPS, ENXIO), BARE(NOBODY, SAME) },
	{ "init's program, for writing", ACT(init_program), SAYS(EACCES),
	    BARE(NOBODY, SAME), BECAUSE("CVE-2019-5736") },
	{ "init's root", ACT(init_root), SAYS(EACCES), IN(CAPS, WORKS),
	    BARE(HOST, WORKS) },
	{ "init's environment", ACT(init_environment), SAYS(EACCES),
	    IN(CAPS, WORKS), BARE(HOST, WORKS) },
	{ "init's addresses", ACT(init_maps), SAYS(EACCES), IN(CAPS, WORKS),
	    BARE(HOST, WORKS) },
	{ "kill init", ACT(kill_init), SAYS(EPERM), IN(ROOT, EALREADY),
	    IN(CAPS, EALREADY), BARE(NOBODY, SAME),
	    BECAUSE("to root: taken, and without effect on process 1") },
	{ "signal a process of the host", ACT(kill_host), SAYS(ESRCH),
	    BARE(NOBODY, SAME), BECAUSE("its number means nothing here") },
	{ "open a process of the host", ACT(open_host), SAYS(ESRCH),
	    BARE(NOBODY, SAME) },
	{ "limits of a process of the host", ACT(limit_host), SAYS(ESRCH),
	    BARE(NOBODY, SAME) },
	{ "/proc of a process of the host", ACT(proc_of_host), SAYS(ENOENT),
	    BARE(NOBODY, SAME) },
	{ "take all capabilities", ACT(all_capabilities), SAYS(EPERM),
	    BARE(USERNS, WORKS) },
	{ "raise CAP_SYS_ADMIN", ACT(raise_ambient), SAYS(EPERM),
	    BARE(PLAIN, EPERM), BECAUSE("it is not in the bounding set") },
	{ "clear no_new_privs", ACT(allow_new_privileges), SAYS(EINVAL),
	    BARE(PLAIN, EINVAL), BECAUSE("no kernel lets go of it") },
	{ "seccomp off", ACT(filter_off), SAYS(EINVAL), BARE(PLAIN, EINVAL),
	    BECAUSE("no kernel lets go of it") },
	{ "become a user beyond the map", ACT(become_outsider), SAYS(EINVAL),
	    BARE(HOST, WORKS), BECAUSE("65536 ids, and none of the host's") },
	{ "real-time scheduling", ACT(realtime), SAYS(EPERM), IN(CAPS, EPERM),
	    BARE(HOST, WORKS),
	    BECAUSE("sys_nice of a sandbox is not the host's") },
	{ "a better priority", ACT(nicer), SAYS(EACCES), BARE(HOST, WORKS),
	    BECAUSE("sys_nice of a sandbox is not the host's") },
	{ "more open files", ACT(more_files), SAYS(EPERM), BARE(PLAIN, EPERM) },
	{ "be the last when memory is out", ACT(out_of_memory_last),
	    SAYS(EACCES), BARE(HOST, WORKS) },
	{ "inherited descriptors", ACT(inherited), SAYS(ENOENT),
	    BARE(NOBODY, SAME), BECAUSE("CVE-2024-21626") },
	{ "leave by a second chroot", ACT(leave_chroot), SAYS(EPERM),
	    IN(ROOT, ELOOP), IN(CAPS, ELOOP), BARE(PLAIN, EPERM),
	    BECAUSE("with CAP_SYS_CHROOT one arrives at the sandbox's root") },
};

const struct area area_processes = { "processes",
	"Init, the host's processes, and rights that one had not.",
	ROWS(attempts) };
