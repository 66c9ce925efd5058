/*
 * filter_runtime.h - what every jailed process of ours may call.
 *
 * One list for the programs that are jailed so far that they only move bytes:
 * what a newer libc needs is added here, for all of them.
 */
#ifndef ATOLL_BASE_FILTER_RUNTIME_H
#define ATOLL_BASE_FILTER_RUNTIME_H

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>

/* Elements of an array of names, for filter_add().  mmap(2) and mprotect(2) are
 * not here: they are allowed without PROT_EXEC only. */
#define FILTER_RUNTIME_CALLS                                                   \
	/* time */                                                             \
	"clock_gettime", "clock_getres", "gettimeofday", "time",               \
	    "clock_nanosleep", "nanosleep",                                    \
	    "restart_syscall", /* memory, and what libc and libcrypto do */    \
	    "brk", "munmap", "mremap", "madvise", "futex", "getrandom",        \
	    "getpid", "gettid", "getuid", "geteuid", "getgid", "getegid",      \
	    "fstat", "newfstatat", "lseek", "sched_yield", "getcpu",           \
	    "membarrier", "rseq", "set_robust_list", "rt_sigaction",           \
	    "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "exit",           \
	    "exit_group"

/* Elements of struct filter_clear: memory that is not executable, and fork(2)
 * without new namespaces. */
#define FILTER_NO_CODE                                                         \
	{ "mmap", 2, PROT_EXEC },                                              \
	{                                                                      \
		"mprotect", 2, PROT_EXEC                                       \
	}
#define FILTER_FORK                                                            \
	{                                                                      \
		"clone", 0,                                                    \
		    CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID |               \
			CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |           \
			CLONE_NEWCGROUP | CLONE_VM                             \
	}

/* Elements of struct filter_value: what may be asked of any descriptor. */
#define FILTER_FCNTL                                                           \
	{ "fcntl", 1, F_GETFL }, { "fcntl", 1, F_SETFL },                      \
	    { "fcntl", 1, F_GETFD }, { "fcntl", 1, F_SETFD },                  \
	{                                                                      \
		"fcntl", 1, F_DUPFD_CLOEXEC                                    \
	}

#endif
