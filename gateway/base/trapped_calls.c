/* trapped_calls.c - the system calls by which a probe of a sandbox is known. */
#include "gateway/base/trapped_calls.h"

#include <sys/syscall.h>

#include "gateway/base/array.h"

#define PROBE(call)                                                            \
	{                                                                      \
#call, SYS_##call, TRAPPED_PROBE, 0                            \
	}
#define PROBE_ARGUMENTS(call)                                                  \
	{                                                                      \
#call, SYS_##call, TRAPPED_PROBE, 1                            \
	}
#define COUNTED(call)                                                          \
	{                                                                      \
#call, SYS_##call, TRAPPED_COUNTED, 0                          \
	}

/* Calls of one architecture only are left out elsewhere. */
static const struct trapped_call trapped[] = {
	PROBE(bpf),
	PROBE(perf_event_open),
	PROBE(userfaultfd),
	PROBE(fanotify_init),
	PROBE(fanotify_mark),
	PROBE(open_by_handle_at),
	PROBE(pidfd_getfd),
	/* namespaces and mounts */
	PROBE_ARGUMENTS(unshare),
	PROBE_ARGUMENTS(clone),
	PROBE(setns),
	PROBE(mount),
	PROBE(umount2),
	PROBE(pivot_root),
	PROBE(fsopen),
	PROBE(fsmount),
	PROBE(fsconfig),
	PROBE(fspick),
	PROBE(move_mount),
	PROBE(open_tree),
	PROBE(mount_setattr),
	/* the host's kernel, and what is the whole host's */
	PROBE(init_module),
	PROBE(finit_module),
	PROBE(delete_module),
	PROBE(kexec_load),
#ifdef SYS_kexec_file_load
	PROBE(kexec_file_load),
#endif
	PROBE(quotactl),
	PROBE(lookup_dcookie),
	PROBE(nfsservctl),
#ifdef SYS_iopl
	PROBE(iopl),
	PROBE(ioperm),
	PROBE(uselib),
	PROBE(create_module),
	PROBE(query_module),
	PROBE(get_kernel_syms),
	PROBE(_sysctl),
#endif
	COUNTED(io_uring_setup),
	COUNTED(io_uring_enter),
	COUNTED(io_uring_register),
};
_Static_assert(COUNT_OF(trapped) <= TRAPPED_CALLS_MAX, "a bit for each");

const struct trapped_call *
trapped_call_at(size_t at)
{
	return at < COUNT_OF(trapped) ? &trapped[at] : NULL;
}

int
trapped_call_place(int number)
{
	for (size_t i = 0; i < COUNT_OF(trapped); i++) {
		if (trapped[i].number == number)
			return (int)i;
	}
	return -1;
}
