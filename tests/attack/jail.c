/*
 * jail.c - what somebody who took a session process over can still do.
 *
 * Each attempt runs in a process of its own that entered the jail by the
 * product's code: as the zygote (jail_enter), and as a session forked from it
 * (jail_tighten).  The kernel answers none of these calls with ENOSYS by
 * itself, which the third run, as the same user without the jail, shows.
 *
 * The sanitizers need what the jail takes away: this is run without them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/session/jail.h"

#define NOBODY 65534

/* What a session has, by number. */
enum { MONITOR_LINK = 10, CLIENT, TERMINAL, PIPE };

/* Errors are below 200. */
enum { OK = 0, DIES = 200, FAILED_TO_JAIL = 250 };

enum where { OUTSIDE, ZYGOTE_JAIL, SESSION_JAIL };

#define P(text) (long)(uintptr_t)(text)
#define BAD	1 /* no address */
#define HIGH	(1L << 32)

/* A process of the same user, as another session is; set before the table is
 * used. */
#define OTHER -7777
static pid_t other;

static const struct attempt {
	const char *name;
	long number;
	long argument[6];
	int session, zygote;
} attempts[] = {
#define NO(name, number, ...)                                                  \
	{                                                                      \
		name, number, { __VA_ARGS__ }, ENOSYS, ENOSYS                  \
	}
#define DEADLY(name, number, ...)                                              \
	{                                                                      \
		name, number, { __VA_ARGS__ }, DIES, DIES                      \
	}
	/* files: no way to open one, and the root is an empty directory */
	NO("open", SYS_open, P("/etc/passwd"), O_RDONLY),
	NO("openat", SYS_openat, AT_FDCWD, P("/etc/passwd"), O_RDONLY),
	NO("openat2", SYS_openat2, AT_FDCWD, P("/"), BAD, 24),
	NO("open_by_handle_at", SYS_open_by_handle_at, -1, BAD, 0),
	NO("creat", SYS_creat, BAD, 0),
	NO("access", SYS_access, P("/etc/passwd"), R_OK),
	NO("readlink", SYS_readlink, P("/proc/self/exe"), BAD, 10),
	NO("statx", SYS_statx, -1, BAD, 0, 0, BAD),
	NO("getdents64", SYS_getdents64, -1, BAD, 100),
	NO("unlink", SYS_unlink, BAD),
	NO("rename", SYS_rename, BAD, BAD),
	NO("mkdir", SYS_mkdir, BAD, 0),
	NO("mknod", SYS_mknod, BAD, 0, 0),
	NO("symlink", SYS_symlink, BAD, BAD),
	NO("chmod", SYS_chmod, BAD, 0),
	NO("truncate", SYS_truncate, BAD, 0),
	NO("chdir", SYS_chdir, P("/")),
	NO("chroot", SYS_chroot, BAD),
	NO("pivot_root", SYS_pivot_root, BAD, BAD),
	NO("memfd_create", SYS_memfd_create, BAD, 0),
	NO("inotify_init1", SYS_inotify_init1, -1),
	DEADLY("mount", SYS_mount, BAD, BAD, BAD),
	NO("umount2", SYS_umount2, BAD, 0),
	NO("fsopen", SYS_fsopen, BAD, 0),
	NO("open_tree", SYS_open_tree, -1, BAD, 0),
	{ "stat of a file", SYS_newfstatat, { AT_FDCWD, P("/etc/passwd"), BAD },
	    ENOENT, ENOENT },
	{ "stat of /proc", SYS_newfstatat, { AT_FDCWD, P("/proc"), BAD },
	    ENOENT, ENOENT },
	{ "stat above the root", SYS_newfstatat,
	    { AT_FDCWD, P("../../etc/passwd"), BAD }, ENOENT, ENOENT },

	/* the network: no socket but those that are there */
	NO("socket inet", SYS_socket, AF_INET, SOCK_STREAM, 0),
	NO("socket inet6", SYS_socket, AF_INET6, SOCK_DGRAM, 0),
	NO("socket unix", SYS_socket, AF_UNIX, SOCK_STREAM, 0),
	NO("socket netlink", SYS_socket, AF_NETLINK, SOCK_RAW, 0),
	NO("socket packet", SYS_socket, AF_PACKET, SOCK_RAW, 0),
	NO("socketpair", SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, BAD),
	NO("connect", SYS_connect, CLIENT, BAD, 16),
	NO("bind", SYS_bind, CLIENT, BAD, 16),
	NO("listen", SYS_listen, MONITOR_LINK, 1),
	NO("accept", SYS_accept, CLIENT, 0, 0),
	/* for ports that are forwarded; only init passes sockets that listen */
	{ "accept4 of the client's socket", SYS_accept4, { CLIENT, 0, 0, 0 },
	    EINVAL, EINVAL },
	{ "setsockopt SO_DEBUG", SYS_setsockopt,
	    { CLIENT, SOL_SOCKET, SO_DEBUG, BAD, 4 }, ENOSYS, EFAULT },
	{ "setsockopt SO_ATTACH_FILTER", SYS_setsockopt,
	    { CLIENT, SOL_SOCKET, SO_ATTACH_FILTER, BAD, 16 }, ENOSYS, EFAULT },
	{ "setsockopt SO_PASSCRED", SYS_setsockopt,
	    { MONITOR_LINK, SOL_SOCKET, SO_PASSCRED, BAD, 4 }, ENOSYS, EFAULT },
	{ "setsockopt with high bits", SYS_setsockopt,
	    { CLIENT, IPPROTO_TCP, HIGH | TCP_QUICKACK, BAD, 4 }, ENOSYS,
	    EFAULT },
	{ "setsockopt TCP_QUICKACK", SYS_setsockopt,
	    { CLIENT, IPPROTO_TCP, TCP_QUICKACK, BAD, 4 }, EFAULT, EFAULT },

	/* other processes, of the same user */
	{ "kill", SYS_kill, { OTHER, 0 }, ENOSYS, OK },
	{ "kill all", SYS_kill, { -1, 0 }, ENOSYS, OK },
	NO("tkill", SYS_tkill, OTHER, 0),
	NO("tgkill", SYS_tgkill, OTHER, OTHER, 0),
	NO("rt_sigqueueinfo", SYS_rt_sigqueueinfo, OTHER, 0, BAD),
	NO("pidfd_open", SYS_pidfd_open, OTHER, 0),
	NO("pidfd_getfd", SYS_pidfd_getfd, -1, 0, 0),
	NO("pidfd_send_signal", SYS_pidfd_send_signal, -1, 0, 0, 0),
	DEADLY("ptrace", SYS_ptrace, 0x7777, OTHER, 0, 0),
	DEADLY("process_vm_readv", SYS_process_vm_readv, OTHER, BAD, 1, BAD, 1),
	DEADLY("process_vm_writev", SYS_process_vm_writev, OTHER, BAD, 1, BAD,
	    1),
	NO("process_madvise", SYS_process_madvise, -1, BAD, 1, 0, 0),
	NO("kcmp", SYS_kcmp, OTHER, OTHER, -1, 0, 0),
	NO("prlimit64", SYS_prlimit64, OTHER, 0, 0, BAD),
	NO("setrlimit", SYS_setrlimit, RLIMIT_NOFILE, BAD),
	NO("setpriority", SYS_setpriority, 0, OTHER, 0),
	NO("sched_setaffinity", SYS_sched_setaffinity, OTHER, 8, BAD),
	NO("sched_setscheduler", SYS_sched_setscheduler, OTHER, 0, BAD),
	NO("move_pages", SYS_move_pages, OTHER, 0, BAD, BAD, BAD, 0),
	NO("setpgid", SYS_setpgid, OTHER, -2),
	NO("getpgid", SYS_getpgid, OTHER),
	{ "wait4", SYS_wait4, { -1, 0, WNOHANG }, ENOSYS, ECHILD },

	/* new processes and programs */
	{ "fork", SYS_clone, { SIGCHLD }, ENOSYS, OK },
	NO("clone3", SYS_clone3, BAD, 88),
	NO("clone of a thread", SYS_clone, CLONE_VM | CLONE_NEWUSER | SIGCHLD),
	NO("clone into a user namespace", SYS_clone, CLONE_NEWUSER | CLONE_FS),
	NO("clone into a network namespace", SYS_clone,
	    CLONE_NEWNET | CLONE_NEWUSER | CLONE_FS),
	NO("unshare", SYS_unshare, CLONE_NEWUSER | 1),
	DEADLY("setns", SYS_setns, -1, 0),
	DEADLY("execve", SYS_execve, BAD, 0, 0),
	DEADLY("execveat", SYS_execveat, -1, BAD, 0, 0, 0),

	/* memory to run code in */
	NO("mmap rwx", SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	NO("mmap x with high bits", SYS_mmap, 0, 4096, HIGH | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	NO("mprotect x", SYS_mprotect, 0, 4096, PROT_READ | PROT_EXEC),
	NO("pkey_mprotect", SYS_pkey_mprotect, 0, 4096, PROT_EXEC, -1),
	NO("shmat", SYS_shmat, -1, 0, 0),
	NO("remap_file_pages", SYS_remap_file_pages, 0, 4096, 1, 0, 0),
	{ "mmap rw", SYS_mmap,
	    { 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		0 },
	    OK, OK },

	/* descriptors of other kinds, or used otherwise */
	NO("dup", SYS_dup, CLIENT),
	{ "dup2", SYS_dup2, { CLIENT, 20 }, ENOSYS, OK },
	NO("pipe2", SYS_pipe2, BAD, 0),
	NO("eventfd2", SYS_eventfd2, 0, 0),
	NO("epoll_create1", SYS_epoll_create1, 0),
	NO("timerfd_create", SYS_timerfd_create, 0, 0),
	NO("signalfd4", SYS_signalfd4, -1, BAD, 8, 0),
	NO("splice", SYS_splice, PIPE, 0, CLIENT, 0, 0, 0),
	NO("vmsplice", SYS_vmsplice, PIPE, BAD, 1, 0),
	NO("sendfile", SYS_sendfile, CLIENT, PIPE, 0, 0),
	NO("fcntl F_DUPFD", SYS_fcntl, CLIENT, F_DUPFD, 30),
	NO("fcntl F_SETOWN", SYS_fcntl, CLIENT, F_SETOWN, OTHER),
	NO("fcntl F_SETSIG", SYS_fcntl, CLIENT, F_SETSIG, 9),
	NO("fcntl F_NOTIFY", SYS_fcntl, CLIENT, F_NOTIFY, 0),
	NO("fcntl F_SETPIPE_SZ", SYS_fcntl, PIPE, F_SETPIPE_SZ, 1 << 20),
	NO("fcntl with high bits", SYS_fcntl, CLIENT, HIGH | F_GETFL),
	NO("ioctl TIOCSTI", SYS_ioctl, TERMINAL, TIOCSTI, BAD),
	NO("ioctl TIOCSTI with high bits", SYS_ioctl, TERMINAL, HIGH | TIOCSTI,
	    BAD),
	NO("ioctl TIOCSWINSZ with high bits", SYS_ioctl, TERMINAL,
	    HIGH | TIOCSWINSZ, BAD),
	NO("ioctl TIOCGPTPEER", SYS_ioctl, TERMINAL, TIOCGPTPEER, O_RDWR),
	NO("ioctl TIOCSCTTY", SYS_ioctl, TERMINAL, TIOCSCTTY, 0),
	NO("ioctl TIOCSETD", SYS_ioctl, TERMINAL, TIOCSETD, BAD),
	NO("ioctl TIOCLINUX", SYS_ioctl, TERMINAL, TIOCLINUX, BAD),
	NO("ioctl FIOASYNC", SYS_ioctl, CLIENT, FIOASYNC, BAD),
	NO("ioctl of interfaces", SYS_ioctl, CLIENT, 0x8912, BAD),
	{ "ioctl TIOCSWINSZ", SYS_ioctl, { TERMINAL, TIOCSWINSZ, BAD }, EFAULT,
	    EFAULT },

	/* rights, and the kernel itself */
	NO("setuid", SYS_setuid, 0),
	NO("setresuid", SYS_setresuid, 0, 0, 0),
	NO("setgid", SYS_setgid, 0),
	NO("setgroups", SYS_setgroups, 1, BAD),
	NO("capset", SYS_capset, BAD, BAD),
	NO("prctl PR_SET_DUMPABLE", SYS_prctl, PR_SET_DUMPABLE, 1),
	NO("prctl PR_SET_PTRACER", SYS_prctl, PR_SET_PTRACER, -1),
	{ "seccomp", SYS_seccomp, { 77, 0, 0 }, ENOSYS, EINVAL },
	NO("personality", SYS_personality, 0xffffffff),
	NO("keyctl", SYS_keyctl, 0x7777),
	NO("add_key", SYS_add_key, BAD, BAD, BAD, 0, 0),
	NO("request_key", SYS_request_key, BAD, BAD, BAD, 0),
	DEADLY("bpf", SYS_bpf, -1, BAD, 0),
	NO("perf_event_open", SYS_perf_event_open, BAD, 0, 0, -1, 0),
	DEADLY("userfaultfd", SYS_userfaultfd, -1),
	NO("io_uring_setup", SYS_io_uring_setup, 1, BAD),
	DEADLY("init_module", SYS_init_module, BAD, 0, BAD),
	DEADLY("finit_module", SYS_finit_module, -1, BAD, 0),
	DEADLY("kexec_load", SYS_kexec_load, 0, 0, BAD, -1),
	NO("quotactl", SYS_quotactl, -1, 0, 0, 0),
	NO("syslog", SYS_syslog, -1, 0, 0),
	NO("swapon", SYS_swapon, BAD, 0),
	NO("acct", SYS_acct, BAD),
	NO("reboot", SYS_reboot, 0, 0, 0, 0),
	NO("sethostname", SYS_sethostname, BAD, 1),
	NO("clock_settime", SYS_clock_settime, 0, BAD),
	NO("adjtimex", SYS_adjtimex, BAD),
	NO("shmget", SYS_shmget, 0, 0, 0),
	NO("msgget", SYS_msgget, 0x7777, 0),
	NO("semget", SYS_semget, 0x7777, 0, 0),
	NO("mq_open", SYS_mq_open, BAD, 0, 0, 0),
	NO("uname", SYS_uname, BAD),
	NO("sysinfo", SYS_sysinfo, BAD),
};

/* All that a session may call, whatever the arguments.  jail.c has the same
 * list; what is added there must be argued for here too. */
static const long allowed[] = { SYS_poll, SYS_ppoll, SYS_read, SYS_write,
	SYS_close, SYS_recvfrom, SYS_sendto, SYS_recvmsg, SYS_accept4,
	SYS_sendmsg, SYS_getsockopt, SYS_shutdown, SYS_setitimer,
	SYS_clock_gettime, SYS_clock_getres, SYS_gettimeofday, SYS_time,
	SYS_clock_nanosleep, SYS_nanosleep, SYS_restart_syscall, SYS_brk,
	SYS_munmap, SYS_mremap, SYS_madvise, SYS_futex, SYS_getrandom,
	SYS_getpid, SYS_gettid, SYS_getuid, SYS_geteuid, SYS_getgid,
	SYS_getegid, SYS_fstat, SYS_newfstatat, SYS_lseek, SYS_sched_yield,
	SYS_getcpu, SYS_membarrier, SYS_rseq, SYS_set_robust_list,
	SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack,
	SYS_exit, SYS_exit_group };

/* uretprobe and uprobe: kernels from 6.14 let them through every filter, for the
 * code that they put into a probed program; elsewhere they do nothing. */
static const long unfiltered[] = { 335, 336 };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- in and out of the jail --------------------------------------------- */

static struct {
	struct jail jail;
	char empty[32];
	int listener; /* somewhere to connect to */
	struct sockaddr_in address;
} the;

/* Enter, and return in a process that is where it should be. */
static void
go(enum where where)
{
	struct options o = { .uid = NOBODY,
		.gid = NOBODY,
		.empty_dir = the.empty };
	struct err e;
	int status;
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (where == OUTSIDE) {
		if (setgid(NOBODY) == -1 || setuid(NOBODY) == -1)
			_exit(FAILED_TO_JAIL);
		return;
	}
	if (jail_enter(&the.jail, &o, &e) == -1)
		_exit(FAILED_TO_JAIL);
	if (where == ZYGOTE_JAIL)
		return;
	pid = fork();
	if (pid == 0) {
		if (jail_tighten(&the.jail, &e) == -1)
			_exit(FAILED_TO_JAIL);
		return;
	}
	if (waitpid(pid, &status, 0) == -1)
		_exit(FAILED_TO_JAIL);
	_exit(WIFSIGNALED(status) ? DIES : WEXITSTATUS(status));
}

static int
ended(pid_t pid)
{
	int status;

	assert_int_not_equal(pid, -1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	assert_int_equal(WTERMSIG(status), SIGSYS);
	return DIES;
}

static int
answer_to(const struct attempt *a, enum where where)
{
	pid_t pid = fork();
	long arg[6];
	long rc;

	if (pid != 0)
		return ended(pid);
	for (int i = 0; i < 6; i++)
		arg[i] = a->argument[i] == OTHER ? other : a->argument[i];
	go(where);
	rc = syscall(a->number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
	_exit(rc == -1 ? errno : OK);
}

/* --- tests -------------------------------------------------------------- */

static void
it_is_answered_as_it_should(void **state)
{
	const struct attempt *a = *state;

	assert_int_equal(answer_to(a, SESSION_JAIL), a->session);
	assert_int_equal(answer_to(a, ZYGOTE_JAIL), a->zygote);
	/* The kernel itself would say something else. */
	if (a->session == ENOSYS)
		assert_int_not_equal(answer_to(a, OUTSIDE), ENOSYS);
}

static bool
is_among(long number, const long *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i] == number)
			return true;
	}
	return false;
}

/* Every number there is, with arguments that do nothing. */
static void
nothing_else_is_allowed(void **state)
{
	(void)state;
	for (long n = 0; n < 512; n++) {
		struct attempt a = { "", n, { -1, -1, -1, -1, -1, -1 }, 0, 0 };
		int got;

		if (is_among(n, allowed, COUNT(allowed)) ||
		    is_among(n, unfiltered, COUNT(unfiltered)))
			continue;
		got = answer_to(&a, SESSION_JAIL);
		if (got != ENOSYS && got != DIES)
			print_error("system call %ld answers %d\n", n, got);
		assert_true(got == ENOSYS || got == DIES);
	}
}

/* The list above is not longer than it must be. */
static void
all_that_is_allowed_is_answered(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(allowed); i++) {
		struct attempt a = { "", allowed[i], { -1, BAD, 0, BAD }, 0,
			0 };

		if (a.number == SYS_rt_sigreturn) /* would not come back */
			continue;
		assert_int_not_equal(answer_to(&a, SESSION_JAIL), ENOSYS);
	}
}

#if defined(__x86_64__)
static long
call_i386(long number)
{
	long rc;

	__asm__ volatile("int $0x80" : "=a"(rc) : "a"(number) : "memory");
	return rc;
}

/* 20 is getpid there, and writev here. */
static void
other_architectures_are_refused(void **state)
{
	const struct attempt x32 = { "", 0x40000000 | SYS_getppid, { 0 }, 0,
		0 };
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		long rc;

		go(SESSION_JAIL);
		rc = call_i386(20);
		_exit(rc < 0 ? (int)-rc : OK);
	}
	assert_int_equal(ended(pid), ENOSYS);
	assert_int_equal(answer_to(&x32, SESSION_JAIL), ENOSYS);
}
#endif

/* A client's socket that was reset, sent to elsewhere: sendto(2) would connect
 * a fresh one with MSG_FASTOPEN. */
static void
a_dead_clients_socket_connects_nowhere(void **state)
{
	const int flags[] = { MSG_FASTOPEN, 0, MSG_OOB };
	struct pollfd p = { the.listener, POLLIN, 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(flags); i++) {
		struct attempt a = { "", SYS_sendto,
			{ CLIENT, P("x"), 1, flags[i] | MSG_NOSIGNAL,
			    P(&the.address), sizeof(the.address) },
			0, 0 };

		assert_int_not_equal(answer_to(&a, SESSION_JAIL), OK);
	}
	assert_int_equal(poll(&p, 1, 100), 0);
}

static void
nothing_is_left_on_standard_descriptors(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct stat null, st;
		int rc = OK;

		stat("/dev/null", &null);
		go(SESSION_JAIL);
		for (int fd = 0; fd < 3; fd++) {
			if (fstat(fd, &st) == -1 || st.st_rdev != null.st_rdev)
				rc = EBADF;
		}
		_exit(rc);
	}
	assert_int_equal(ended(pid), OK);
}

/* More than 128 MiB is not to be had, and none of it grows a descriptor. */
static void
memory_is_limited(void **state)
{
	const struct attempt a = { "", SYS_mmap,
		{ 0, 129 << 20, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 },
		0, 0 };

	(void)state;
	assert_int_equal(answer_to(&a, SESSION_JAIL), ENOMEM);
	assert_int_equal(answer_to(&a, OUTSIDE), OK);
}

static void
nothing_runs_when_the_jail_is_not_there(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		strcpy(the.empty, "/nonexistent");
		go(SESSION_JAIL);
		_exit(OK);
	}
	assert_int_equal(ended(pid), FAILED_TO_JAIL);
}

static int
child_of(int pid)
{
	char path[64];
	int child = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &child), 1);
	fclose(f);
	return child;
}

/* Does the kernel say so of the process? */
static bool
has_line(int pid, const char *wanted)
{
	char path[64], line[256];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		found = found || strncmp(line, wanted, strlen(wanted)) == 0;
	fclose(f);
	return found;
}

/* Seen from outside: the other zygote, and its session. */
static void
no_right_is_left(void **state)
{
	static const char *const lines[] = { "Uid:\t65534\t65534\t65534\t65534",
		"Gid:\t65534\t65534\t65534\t65534", "Groups:\t \n",
		"CapInh:\t0000000000000000", "CapPrm:\t0000000000000000",
		"CapEff:\t0000000000000000", "CapBnd:\t0000000000000000",
		"CapAmb:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2" };
	const int pids[] = { other, child_of(other) };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char path[64];
		struct stat st;

		for (size_t k = 0; k < COUNT(lines); k++) {
			if (!has_line(pids[i], lines[k]))
				print_error("process %zu: not %s\n", i,
				    lines[k]);
			assert_true(has_line(pids[i], lines[k]));
		}
		/* Not dumpable: its memory is root's. */
		snprintf(path, sizeof(path), "/proc/%d/mem", pids[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_uid, 0);
	}
	assert_true(has_line(pids[0], "Seccomp_filters:\t1"));
	assert_true(has_line(pids[1], "Seccomp_filters:\t2"));
}

/* --- what a session has ------------------------------------------------- */

static void
place(int fd, int number)
{
	assert_int_not_equal(fd, -1);
	assert_int_equal(dup2(fd, number), number);
	close(fd);
}

static int
listen_somewhere(void)
{
	socklen_t size = sizeof(the.address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	the.address.sin_family = AF_INET;
	the.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (void *)&the.address, size), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (void *)&the.address, &size), 0);
	return fd;
}

/* Accepted, and reset by the client. */
static int
dead_client(void)
{
	const struct linger at_once = { 1, 0 };
	int client = socket(AF_INET, SOCK_STREAM, 0), accepted;

	assert_int_equal(
	    connect(client, (void *)&the.address, sizeof(the.address)), 0);
	accepted = accept(the.listener, NULL, NULL);
	setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(client);
	return accepted;
}

static int
set_up(void **state)
{
	int ends[2];
	struct err e;

	(void)state;
	strcpy(the.empty, "/tmp/atoll-jail.XXXXXX");
	assert_non_null(mkdtemp(the.empty));
	assert_int_equal(chmod(the.empty, 0755), 0);
	assert_int_equal(jail_prepare(&the.jail, &e), 0);
	the.listener = listen_somewhere();
	place(dead_client(), CLIENT);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	place(ends[0], MONITOR_LINK);
	place(posix_openpt(O_RDWR | O_NOCTTY), TERMINAL);
	assert_int_equal(pipe(ends), 0);
	place(ends[0], PIPE);
	assert_int_equal(pipe(ends), 0);
	other = fork();
	if (other == 0) {
		go(SESSION_JAIL);
		(void)!write(ends[1], "", 1); /* it is there */
		poll(NULL, 0, -1);
		_exit(0);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &e, 1), 1);
	close(ends[0]);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	/* The session first: its zygote's end would not be its own. */
	kill(child_of(other), SIGKILL);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	return rmdir(the.empty);
}

static const struct CMUnitTest others[] = {
	cmocka_unit_test(nothing_else_is_allowed),
	cmocka_unit_test(all_that_is_allowed_is_answered),
#if defined(__x86_64__)
	cmocka_unit_test(other_architectures_are_refused),
#endif
	cmocka_unit_test(a_dead_clients_socket_connects_nowhere),
	cmocka_unit_test(nothing_is_left_on_standard_descriptors),
	cmocka_unit_test(memory_is_limited),
	cmocka_unit_test(no_right_is_left),
	cmocka_unit_test(nothing_runs_when_the_jail_is_not_there),
};

int
main(void)
{
	static struct CMUnitTest tests[COUNT(attempts) + COUNT(others)];

	for (size_t i = 0; i < COUNT(attempts); i++)
		tests[i] = (struct CMUnitTest){ .name = attempts[i].name,
			.test_func = it_is_answered_as_it_should,
			.initial_state = (void *)(uintptr_t)&attempts[i] };
	memcpy(tests + COUNT(attempts), others, sizeof(others));
	return _cmocka_run_group_tests("jail", tests, COUNT(tests), set_up,
	    tear_down);
}
