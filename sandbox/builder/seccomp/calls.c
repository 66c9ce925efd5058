/*
 * calls.c - the system calls that a sandbox has, by name.
 *
 * Names that one architecture does not have are skipped there.
 */
#include "sandbox/builder/seccomp/calls.h"

#include "gateway/base/array.h"

static const char *const allowed[] = {
	/* files and directories */
	"access", "chdir", "chmod", "chown", "chroot", "close", "close_range",
	"copy_file_range", "creat", "dup", "dup2", "dup3", "faccessat",
	"faccessat2", "fadvise64", "fallocate", "fchdir", "fchmod", "fchmodat",
	"fchmodat2", "fchown", "fchownat", "fcntl", "fdatasync", "fgetxattr",
	"flistxattr", "flock", "fremovexattr", "fsetxattr", "fstat", "fstatfs",
	"fsync", "ftruncate", "futimesat", "getcwd", "getdents", "getdents64",
	"getxattr", "inotify_add_watch", "inotify_init", "inotify_init1",
	"inotify_rm_watch", "lchown", "lgetxattr", "link", "linkat",
	"listxattr", "llistxattr", "lremovexattr", "lseek", "lsetxattr",
	"lstat", "mkdir", "mkdirat", "mknod", "mknodat", "newfstatat", "open",
	"openat", "openat2", "pread64", "preadv", "preadv2", "pwrite64",
	"pwritev", "pwritev2", "read", "readahead", "readlink", "readlinkat",
	"readv", "removexattr", "rename", "renameat", "renameat2", "rmdir",
	"sendfile", "setxattr", "splice", "stat", "statfs", "statx", "symlink",
	"symlinkat", "sync", "sync_file_range", "syncfs", "tee", "truncate",
	"umask", "unlink", "unlinkat", "utime", "utimensat", "utimes", "write",
	"writev",
	/* waiting and events; no io_setup: the events of all processes of the
	 * host are counted together (fs.aio-max-nr), and one could take all */
	"epoll_create", "epoll_create1", "epoll_ctl", "epoll_ctl_old",
	"epoll_pwait", "epoll_pwait2", "epoll_wait", "epoll_wait_old",
	"eventfd", "eventfd2", "futex", "futex_requeue", "futex_wait",
	"futex_waitv", "futex_wake", "get_robust_list", "poll", "ppoll",
	"pselect6", "select", "set_robust_list", "signalfd", "signalfd4",
	/* memory; no memfd_secret: it splits the host's map of memory into small
	 * pages for good; no cachestat: it tells what others read */
	"brk", "get_mempolicy", "madvise", "map_shadow_stack", "membarrier",
	"memfd_create", "mincore", "mlock", "mlock2", "mlockall", "mmap",
	"mprotect", "mremap", "msync", "munlock", "munlockall", "munmap",
	"pkey_alloc", "pkey_free", "pkey_mprotect", "process_mrelease",
	"remap_file_pages", "rseq",
	/* processes and ids; clone and unshare without new namespaces */
	"capget", "capset", "clone", "execve", "execveat", "exit", "exit_group",
	"fork", "getegid", "geteuid", "getgid", "getgroups", "getpgid",
	"getpgrp", "getpid", "getppid", "getpriority", "getresgid", "getresuid",
	"getrlimit", "getrusage", "getsid", "gettid", "getuid", "ioprio_get",
	"ioprio_set", "kill", "landlock_add_rule", "landlock_create_ruleset",
	"landlock_restrict_self", "pause", "pidfd_open", "pidfd_send_signal",
	"prctl", "prlimit64", "restart_syscall", "rt_sigaction",
	"rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn",
	"rt_sigsuspend", "rt_sigtimedwait", "rt_tgsigqueueinfo",
	"sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity",
	"sched_getattr", "sched_getparam", "sched_getscheduler",
	"sched_rr_get_interval", "sched_setaffinity", "sched_setattr",
	"sched_setparam", "sched_setscheduler", "sched_yield", "seccomp",
	"set_tid_address", "setfsgid", "setfsuid", "setgid", "setgroups",
	"setpgid", "setpriority", "setregid", "setresgid", "setresuid",
	"setreuid", "setrlimit", "setsid", "setuid", "sigaltstack", "tgkill",
	"tkill", "unshare", "vfork", "wait4", "waitid",
	/* sockets and pipes; families are checked apart */
	"accept", "accept4", "bind", "connect", "getpeername", "getsockname",
	"getsockopt", "listen", "pipe", "pipe2", "recvfrom", "recvmmsg",
	"recvmsg", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown",
	"socketpair",
	/* System V and POSIX queues, in an ipc namespace of their own */
	"mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive",
	"mq_timedsend", "mq_unlink", "msgctl", "msgget", "msgrcv", "msgsnd",
	"semctl", "semget", "semop", "semtimedop", "shmat", "shmctl", "shmdt",
	"shmget",
	/* time, and what the machine is */
	"alarm", "arch_prctl", "clock_getres", "clock_gettime",
	"clock_nanosleep", "getcpu", "getitimer", "getrandom", "gettimeofday",
	"ioctl", "nanosleep", "setitimer", "sysinfo", "time", "timer_create",
	"timer_delete", "timer_getoverrun", "timer_gettime", "timer_settime",
	"timerfd_create", "timerfd_gettime", "timerfd_settime", "times", "uname"
};

const struct call_list calls_allowed = { allowed, COUNT_OF(allowed) };
