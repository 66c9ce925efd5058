/*
 * denied_calls.c - the system calls that a sandbox does not have, or has in
 * part.
 *
 * A further denied call is a row here, with what it answers and whether a lab
 * may add it.  ENOSYS is what a kernel says that was built without the call:
 * after that pam_keyinit(8) and Kerberos do without keys, and libc without
 * clone3.
 */
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

static const struct denied_call denied[] = {
	{ "mount", ANSWER_EPERM, MOUNT },
	{ "umount", ANSWER_EPERM, MOUNT },
	{ "umount2", ANSWER_EPERM, MOUNT },
	{ "pivot_root", ANSWER_EPERM, MOUNT },
	{ "fsopen", ANSWER_EPERM, MOUNT },
	{ "fsmount", ANSWER_EPERM, MOUNT },
	{ "fsconfig", ANSWER_EPERM, MOUNT },
	{ "fspick", ANSWER_EPERM, MOUNT },
	{ "move_mount", ANSWER_EPERM, MOUNT },
	{ "open_tree", ANSWER_EPERM, MOUNT },
	{ "open_tree_attr", ANSWER_ENOSYS, MOUNT },
	{ "mount_setattr", ANSWER_EPERM, MOUNT },
	{ "setns", ANSWER_EPERM, NAMESPACE },
	{ "clone3", ANSWER_ENOSYS, POINTER },
	{ "io_uring_setup", ANSWER_EPERM, POINTER },
	{ "io_uring_enter", ANSWER_EPERM, POINTER },
	{ "io_uring_register", ANSWER_EPERM, POINTER },
	{ "add_key", ANSWER_ENOSYS, KEYS },
	{ "request_key", ANSWER_ENOSYS, KEYS },
	{ "keyctl", ANSWER_ENOSYS, KEYS },
	{ "bpf", ANSWER_EPERM, HOLES },
	{ "perf_event_open", ANSWER_EPERM, HOLES },
	{ "userfaultfd", ANSWER_EPERM, HOLES },
	{ "vmsplice", ANSWER_EPERM, HOLES },
	{ "fanotify_init", ANSWER_EPERM, HOLES },
	{ "fanotify_mark", ANSWER_EPERM, HOLES },
	{ "lookup_dcookie", ANSWER_EPERM, HOLES },
	{ "uselib", ANSWER_EPERM, HOLES },
	{ "nfsservctl", ANSWER_EPERM, HOLES },
	{ "create_module", ANSWER_EPERM, MODULES },
	{ "init_module", ANSWER_EPERM, MODULES },
	{ "finit_module", ANSWER_EPERM, MODULES },
	{ "delete_module", ANSWER_EPERM, MODULES },
	{ "get_kernel_syms", ANSWER_EPERM, MODULES },
	{ "query_module", ANSWER_EPERM, MODULES },
	{ "kexec_load", ANSWER_EPERM, MODULES },
	{ "kexec_file_load", ANSWER_EPERM, MODULES },
	{ "_sysctl", ANSWER_EPERM, MACHINE },
	{ "acct", ANSWER_EPERM, MACHINE },
	{ "clock_settime", ANSWER_EPERM, MACHINE },
	{ "settimeofday", ANSWER_EPERM, MACHINE },
	{ "ioperm", ANSWER_EPERM, MACHINE },
	{ "iopl", ANSWER_EPERM, MACHINE },
	{ "quotactl", ANSWER_EPERM, MACHINE },
	{ "quotactl_fd", ANSWER_EPERM, MACHINE },
	{ "reboot", ANSWER_EPERM, MACHINE },
	{ "setdomainname", ANSWER_EPERM, MACHINE },
	{ "sethostname", ANSWER_EPERM, MACHINE },
	{ "swapon", ANSWER_EPERM, MACHINE },
	{ "swapoff", ANSWER_EPERM, MACHINE },
	{ "syslog", ANSWER_EPERM, MACHINE },
	{ "memfd_secret", ANSWER_ENOSYS, MACHINE },
	{ "cachestat", ANSWER_ENOSYS, OTHERS_PAGES },
	{ "vhangup", ANSWER_EPERM, MACHINE },
	{ "open_by_handle_at", ANSWER_EPERM, PATHS },
	{ "ptrace", ANSWER_DEBUG, OTHERS },
	{ "process_vm_readv", ANSWER_DEBUG, OTHERS },
	{ "process_vm_writev", ANSWER_DEBUG, OTHERS },
	{ "pidfd_getfd", ANSWER_EPERM, OTHERS },
	{ "socket", ANSWER_ARGUMENTS, CHECKED },
	{ "personality", ANSWER_ARGUMENTS, CHECKED },
	{ "setsockopt", ANSWER_ARGUMENTS, CHECKED },
	{ "fcntl", ANSWER_ARGUMENTS, CHECKED },
	{ "prctl", ANSWER_ARGUMENTS, CHECKED },
	{ "madvise", ANSWER_ARGUMENTS, CHECKED },
	{ "fadvise64", ANSWER_ARGUMENTS, CHECKED },
	/* A lab may add these: they are refused to be on the safe side. */
	{ "modify_ldt", ANSWER_EPERM, NULL },
	{ "adjtimex", ANSWER_EPERM, NULL },
	{ "clock_adjtime", ANSWER_EPERM, NULL },
	{ "kcmp", ANSWER_EPERM, NULL },
	{ "mbind", ANSWER_EPERM, NULL },
	{ "migrate_pages", ANSWER_EPERM, NULL },
	{ "move_pages", ANSWER_EPERM, NULL },
	{ "name_to_handle_at", ANSWER_EPERM, NULL },
	{ "process_madvise", ANSWER_EPERM, NULL },
	{ "set_mempolicy", ANSWER_EPERM, NULL },
	{ "set_mempolicy_home_node", ANSWER_EPERM, NULL },
};

const struct denied_call *
denied_call_at(size_t at)
{
	return at < COUNT_OF(denied) ? &denied[at] : NULL;
}

const struct denied_call *
denied_call(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(denied); i++) {
		if (strcmp(denied[i].name, name) == 0)
			return &denied[i];
	}
	return NULL;
}
