/* denied_calls.c - system calls that no lab may add with seccomp_allow, and why. */
#include "gateway/base/denied_calls.h"

#include <string.h>

#include "gateway/base/array.h"

#define MOUNT	     "it changes mounts, and the sandbox is made of them"
#define NAMESPACE    "in another namespace one has every capability"
#define POINTER	     "what it asks for is behind a pointer, where no filter can look"
#define KEYS	     "keys are kept for the whole host"
#define HOLES	     "it is a kernel interface that sandboxes were left by"
#define MODULES	     "it loads code into the host's kernel"
#define MACHINE	     "it is about the whole host"
#define PATHS	     "it opens files around every check of their path"
#define OTHERS	     "it reaches into other processes: use seccomp = \"debug\""
#define OTHERS_PAGES "it tells what other sandboxes read"
#define CHECKED	     "it is there already, and its arguments are checked"

static const struct refused_call refused[] = {
	{ "mount", MOUNT },
	{ "umount", MOUNT },
	{ "umount2", MOUNT },
	{ "pivot_root", MOUNT },
	{ "fsopen", MOUNT },
	{ "fsmount", MOUNT },
	{ "fsconfig", MOUNT },
	{ "fspick", MOUNT },
	{ "move_mount", MOUNT },
	{ "open_tree", MOUNT },
	{ "open_tree_attr", MOUNT },
	{ "mount_setattr", MOUNT },
	{ "setns", NAMESPACE },
	{ "clone3", POINTER },
	{ "io_uring_setup", POINTER },
	{ "io_uring_enter", POINTER },
	{ "io_uring_register", POINTER },
	{ "add_key", KEYS },
	{ "request_key", KEYS },
	{ "keyctl", KEYS },
	{ "bpf", HOLES },
	{ "perf_event_open", HOLES },
	{ "userfaultfd", HOLES },
	{ "vmsplice", HOLES },
	{ "fanotify_init", HOLES },
	{ "fanotify_mark", HOLES },
	{ "lookup_dcookie", HOLES },
	{ "uselib", HOLES },
	{ "nfsservctl", HOLES },
	{ "create_module", MODULES },
	{ "init_module", MODULES },
	{ "finit_module", MODULES },
	{ "delete_module", MODULES },
	{ "get_kernel_syms", MODULES },
	{ "query_module", MODULES },
	{ "kexec_load", MODULES },
	{ "kexec_file_load", MODULES },
	{ "_sysctl", MACHINE },
	{ "acct", MACHINE },
	{ "clock_settime", MACHINE },
	{ "settimeofday", MACHINE },
	{ "ioperm", MACHINE },
	{ "iopl", MACHINE },
	{ "quotactl", MACHINE },
	{ "quotactl_fd", MACHINE },
	{ "reboot", MACHINE },
	{ "setdomainname", MACHINE },
	{ "sethostname", MACHINE },
	{ "swapon", MACHINE },
	{ "swapoff", MACHINE },
	{ "syslog", MACHINE },
	{ "memfd_secret", MACHINE },
	{ "cachestat", OTHERS_PAGES },
	{ "vhangup", MACHINE },
	{ "open_by_handle_at", PATHS },
	{ "ptrace", OTHERS },
	{ "process_vm_readv", OTHERS },
	{ "process_vm_writev", OTHERS },
	{ "pidfd_getfd", OTHERS },
	{ "socket", CHECKED },
	{ "personality", CHECKED },
	{ "setsockopt", CHECKED },
	{ "fcntl", CHECKED },
	{ "prctl", CHECKED },
	{ "madvise", CHECKED },
	{ "fadvise64", CHECKED },
};

const struct refused_call *
extra_refused(size_t at)
{
	return at < COUNT_OF(refused) ? &refused[at] : NULL;
}

const char *
extra_why_not(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		if (strcmp(refused[i].name, name) == 0)
			return refused[i].why;
	}
	return NULL;
}
