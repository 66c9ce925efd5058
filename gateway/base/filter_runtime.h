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

/* And of one that kills: calls that nothing of ours and no library makes, whatever
 * the kernel would say, so that whoever makes one has taken the process over. */
#define FILTER_DEADLY_CALLS                                                    \
	/* other processes */                                                  \
	"ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd",      \
	    "process_madvise", "kcmp", /* namespaces and file systems */       \
	    "unshare", "setns", "chroot", "pivot_root", "mount", "umount2",    \
	    "fsopen", "fsconfig", "fsmount", "fspick", "move_mount",           \
	    "open_tree", "mount_setattr", "open_by_handle_at", "quotactl",     \
	    "swapon", "swapoff", /* the kernel */                              \
	    "bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key",      \
	    "request_key", "init_module", "finit_module", "delete_module",     \
	    "kexec_load", "kexec_file_load", "reboot", "iopl", "ioperm",       \
	    "io_uring_enter", "io_uring_register", "execveat"

/* Elements of struct filter_clear: memory that is not executable, fork(2) without
 * new namespaces, and the same for one that has threads, too. */
#define FILTER_NO_CODE                                                         \
	{ "mmap", 2, PROT_EXEC },                                              \
	{                                                                      \
		"mprotect", 2, PROT_EXEC                                       \
	}
/* The same for one that starts programs or loads libraries: code is mapped, and
 * nothing that can be written and run. */
#define FILTER_CODE_OF_FILES                                                   \
	{ "mmap", 2, PROT_EXEC }, { "mmap", 2, PROT_WRITE },                   \
	{                                                                      \
		"mprotect", 2, PROT_EXEC                                       \
	}
#define FILTER_NAMESPACES                                                      \
	(CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |           \
	    CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)
#define FILTER_FORK                                                            \
	{                                                                      \
		"clone", 0, FILTER_NAMESPACES | CLONE_VM                       \
	}
#define FILTER_FORK_AND_THREADS                                                \
	{                                                                      \
		"clone", 0, FILTER_NAMESPACES                                  \
	}

/* Elements of struct filter_value: what may be asked of any descriptor. */
#define FILTER_FCNTL                                                           \
	{ "fcntl", 1, F_GETFL }, { "fcntl", 1, F_SETFL },                      \
	    { "fcntl", 1, F_GETFD }, { "fcntl", 1, F_SETFD },                  \
	{                                                                      \
		"fcntl", 1, F_DUPFD_CLOEXEC                                    \
	}

#endif
