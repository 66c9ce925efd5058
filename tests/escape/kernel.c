/* kernel.c - interfaces of the kernel that no lab needs. */
#include "tests/escape/probe.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same call in the ways of other binary interfaces. */
static int
call_32_bit(const struct told *t)
{
	(void)t;
#ifdef __x86_64__
	long rc;

	/* 20 is getpid there. */
	__asm__ volatile("int $0x80" : "=a"(rc) : "a"(20L) : "memory");
	return rc < 0 ? (int)-rc : WORKS;
#else
	return UNTRIED;
#endif
}

#define X32 0x40000000L

static const struct attempt attempts[] = {
	{ "keyctl", CALL(SYS_keyctl, ALL), SAYS(ENOSYS),
	    BARE(PLAIN, EOPNOTSUPP) },
	{ "keyctl, high bits", CALL(SYS_keyctl, HIGH | 1, BAD), SAYS(ENOSYS),
	    BARE(PLAIN, EFAULT), BECAUSE("joining another session keyring") },
	{ "add_key", CALL(SYS_add_key, BAD, BAD, BAD, 1), SAYS(ENOSYS),
	    BARE(PLAIN, EFAULT),
	    BECAUSE("so nobody can fill the session keyring either") },
	{ "request_key", CALL(SYS_request_key, BAD), SAYS(ENOSYS),
	    BARE(PLAIN, EFAULT) },
	{ "bpf", CALL(SYS_bpf, ALL, BAD, 8), SAYS(EPERM), BARE(HOST, DIFFERS) },
	{ "perf_event_open", CALL(SYS_perf_event_open, BAD, 0, 0, NONE, ALL),
	    SAYS(EPERM), BARE(PLAIN, EINVAL) },
	{ "userfaultfd", CALL(SYS_userfaultfd, ALL), SAYS(EPERM),
	    BARE(PLAIN, EINVAL) },
	{ "io_uring_setup", CALL(SYS_io_uring_setup, 1, BAD), SAYS(EPERM),
	    BARE(PLAIN, DIFFERS) },
	{ "io_uring_enter", CALL(SYS_io_uring_enter, NONE, 0, 0, ALL),
	    SAYS(EPERM), BARE(PLAIN, DIFFERS) },
	{ "io_uring_register", CALL(SYS_io_uring_register, NONE, 0x7fffffff),
	    SAYS(EPERM), BARE(PLAIN, DIFFERS) },
	{ "io_setup", CALL(SYS_io_setup, 0, BAD), SAYS(ENOSYS),
	    BARE(PLAIN, DIFFERS),
	    BECAUSE("one sandbox could take all of fs.aio-max-nr, which is one"
		    " number for the host") },
	{ "kexec_load", CALL(SYS_kexec_load, 0, 1UL << 20, BAD, ALL),
	    SAYS(EPERM), BARE(HOST, DIFFERS) },
	{ "kexec_file_load", CALL(SYS_kexec_file_load, NONE, NONE, 0, BAD, ALL),
	    SAYS(EPERM), BARE(HOST, DIFFERS) },
	{ "init_module", CALL(SYS_init_module, BAD, 0, BAD), SAYS(EPERM),
	    BARE(HOST, DIFFERS) },
	{ "finit_module", CALL(SYS_finit_module, NONE, BAD, ALL), SAYS(EPERM),
	    BARE(HOST, DIFFERS) },
	{ "delete_module", CALL(SYS_delete_module, BAD, 0), SAYS(EPERM),
	    BARE(HOST, DIFFERS) },
	{ "reboot", CALL(SYS_reboot, 0, 0, 0, BAD), SAYS(EPERM),
	    BARE(HOST, EINVAL), BECAUSE("asked with a wrong magic number") },
	{ "syslog", CALL(SYS_syslog, ALL, BAD, 1), SAYS(EPERM),
	    BARE(HOST, EINVAL) },
	{ "sethostname", CALL(SYS_sethostname, BAD, 65), SAYS(EPERM),
	    BARE(USERNS, EINVAL) },
	{ "setdomainname", CALL(SYS_setdomainname, BAD, 65), SAYS(EPERM),
	    BARE(USERNS, EINVAL) },
	{ "settimeofday", CALL(SYS_settimeofday, BAD, BAD), SAYS(EPERM),
	    BARE(PLAIN, EFAULT) },
	{ "clock_settime", CALL(SYS_clock_settime, 0x7fff, BAD), SAYS(EPERM),
	    BARE(PLAIN, EINVAL) },
	{ "clock_adjtime", CALL(SYS_clock_adjtime, 0, BAD), SAYS(EPERM),
	    BARE(PLAIN, EFAULT) },
	{ "adjtimex", CALL(SYS_adjtimex, BAD), SAYS(EPERM),
	    BARE(PLAIN, EFAULT) },
	{ "vhangup", CALL(SYS_vhangup, 0), SAYS(EPERM), BARE(PLAIN, EPERM),
	    BECAUSE("the kernel refuses as well; asked as root it would hang"
		    " up") },
	{ "kcmp", CALL(SYS_kcmp, 0, 0, 99), SAYS(EPERM), BARE(PLAIN, ESRCH) },
	{ "vmsplice", CALL(SYS_vmsplice, NONE, BAD, 1, ALL), SAYS(EPERM),
	    BARE(PLAIN, EINVAL) },
	{ "mbind", CALL(SYS_mbind, 0, 4096, 0x7fff, BAD, 1, ALL), SAYS(EPERM),
	    BARE(PLAIN, EINVAL) },
	{ "move_pages", CALL(SYS_move_pages, 0, 1, BAD, BAD, BAD, ALL),
	    SAYS(EPERM), BARE(PLAIN, EINVAL) },
	{ "migrate_pages", CALL(SYS_migrate_pages, 0x7fffffff, 1, BAD, BAD),
	    SAYS(EPERM), BARE(PLAIN, DIFFERS) },
	{ "set_mempolicy", CALL(SYS_set_mempolicy, 0x7fff, BAD, 1), SAYS(EPERM),
	    BARE(PLAIN, EINVAL) },
	{ "seccomp", CALL(SYS_seccomp, SECCOMP_SET_MODE_FILTER, ALL, BAD),
	    SAYS(ENOSYS), BARE(PLAIN, EINVAL),
	    BECAUSE("its programs use up bpf_jit_limit, one number for the"
		    " host") },
	{ "PR_SET_SECCOMP", CALL(SYS_prctl, 22, SECCOMP_MODE_FILTER, BAD),
	    SAYS(EINVAL), BARE(PLAIN, DIFFERS) },
	{ "PR_SET_SECCOMP, high bits",
	    CALL(SYS_prctl, HIGH | 22, SECCOMP_MODE_FILTER, BAD), SAYS(EINVAL),
	    BARE(PLAIN, DIFFERS) },
	{ "memfd_secret", CALL(447, ALL), SAYS(ENOSYS), BARE(PLAIN, DIFFERS),
	    BECAUSE("it splits the host's map of memory for good") },
	{ "cachestat", CALL(451, NONE, BAD, BAD, ALL), SAYS(ENOSYS),
	    BARE(PLAIN, DIFFERS), BECAUSE("it tells what others read") },
	{ "posix_fadvise, DONTNEED", CALL(SYS_fadvise64, NONE, 0, 0, 4),
	    SAYS(WORKS), BARE(PLAIN, EBADF),
	    BECAUSE("nothing happens: the image's pages are everybody's") },
	{ "madvise, COLD", CALL(SYS_madvise, BAD, 4096, 20), SAYS(WORKS),
	    BARE(PLAIN, EINVAL), BECAUSE("nothing happens") },
	{ "madvise, PAGEOUT, high bits",
	    CALL(SYS_madvise, BAD, 4096, HIGH | 21), SAYS(WORKS),
	    BARE(PLAIN, EINVAL), BECAUSE("nothing happens") },
	{ "a lease", CALL(SYS_fcntl, NONE, 1024, 0), SAYS(EINVAL),
	    BARE(PLAIN, EBADF), BECAUSE("it makes the host's writers wait") },
	{ "a lease, high bits", CALL(SYS_fcntl, NONE, HIGH | 1024, 0),
	    SAYS(EINVAL), BARE(PLAIN, EBADF) },
	{ "a delegation", CALL(SYS_fcntl, NONE, 1040, 0), SAYS(EINVAL),
	    BARE(PLAIN, EBADF), BECAUSE("a lease, and newer") },
	{ "a lock of an open file description", CALL(SYS_fcntl, NONE, 37, 0),
	    SAYS(EINVAL), BARE(PLAIN, EBADF),
	    BECAUSE("no control group counts it, and nobody could") },
	{ "the same, waiting, high bits", CALL(SYS_fcntl, NONE, HIGH | 38, 0),
	    SAYS(EINVAL), BARE(PLAIN, EBADF) },
	{ "the same, asked for", CALL(SYS_fcntl, NONE, 36, 0), SAYS(EINVAL),
	    BARE(PLAIN, EBADF) },
	{ "a lock of a process", CALL(SYS_fcntl, NONE, 6, 0), SAYS(EBADF),
	    BARE(PLAIN, EBADF), BECAUSE("programs need it") },
	{ "an attribute as long as an ACL",
	    CALL(SYS_setxattr, BAD, BAD, BAD, 36, 0), SAYS(EOPNOTSUPP),
	    BARE(PLAIN, EFAULT),
	    BECAUSE("on a tmpfs, 64 KiB that no control group counts") },
	{ "the same of a link", CALL(SYS_lsetxattr, BAD, BAD, BAD, 36, 0),
	    SAYS(EOPNOTSUPP), BARE(PLAIN, EFAULT) },
	{ "the same of a descriptor",
	    CALL(SYS_fsetxattr, NONE, BAD, BAD, HIGH | 36, 0), SAYS(EOPNOTSUPP),
	    BARE(PLAIN, DIFFERS) },
	{ "an attribute as long as a capability",
	    CALL(SYS_setxattr, BAD, BAD, BAD, 24, 0), SAYS(EFAULT),
	    BARE(PLAIN, EFAULT), BECAUSE("setcap(8) goes on working") },
	{ "a lease's neighbour, DUPFD", CALL(SYS_fcntl, NONE, 0, 0),
	    SAYS(EBADF), BARE(PLAIN, EBADF), BECAUSE("programs need it") },
	{ "lsm_set_self_attr", CALL(460, ALL, BAD, 0, ALL), SAYS(ENOSYS),
	    BARE(PLAIN, DIFFERS), BECAUSE("newer than the list of calls") },
	{ "setxattrat", CALL(463, NONE, BAD, ALL, BAD, BAD, 0), SAYS(ENOSYS),
	    BARE(PLAIN, DIFFERS), BECAUSE("newer than the list of calls") },
	{ "file_setattr", CALL(469, NONE, BAD, BAD, 0, ALL), SAYS(ENOSYS),
	    BARE(PLAIN, DIFFERS), BECAUSE("newer than the list of calls") },
	{ "a call that no kernel has", CALL(9999), SAYS(ENOSYS),
	    BARE(PLAIN, ENOSYS), BECAUSE("as on any kernel") },
	{ "personality, no randomisation",
	    CALL(SYS_personality, ADDR_NO_RANDOMIZE), SAYS(EPERM),
	    IN(DEBUG, WORKS), BARE(PLAIN, WORKS), BECAUSE("gdb wants it") },
	{ "personality, no randomisation, high bits",
	    CALL(SYS_personality, HIGH | ADDR_NO_RANDOMIZE), SAYS(EPERM),
	    IN(DEBUG, ENOSYS), BARE(PLAIN, WORKS) },
	{ "personality, readable is executable",
	    CALL(SYS_personality, READ_IMPLIES_EXEC), SAYS(EPERM),
	    BARE(PLAIN, WORKS) },
	{ "personality, a mapped page 0", CALL(SYS_personality, MMAP_PAGE_ZERO),
	    SAYS(EPERM), BARE(PLAIN, WORKS) },
	{ "personality, bit 31 and others",
	    CALL(SYS_personality, 1UL << 31 | READ_IMPLIES_EXEC), SAYS(ENOSYS),
	    BARE(PLAIN, WORKS) },
	{ "personality, plain", CALL(SYS_personality, PER_LINUX), SAYS(WORKS),
	    BARE(PLAIN, WORKS), BECAUSE("harmless, and programs need it") },
#ifdef __x86_64__
	{ "iopl", CALL(SYS_iopl, 4), SAYS(EPERM), BARE(PLAIN, EINVAL) },
	{ "ioperm", CALL(SYS_ioperm, 1UL << 20, 1, 1), SAYS(EPERM),
	    BARE(PLAIN, EINVAL) },
	{ "modify_ldt", CALL(SYS_modify_ldt, 99), SAYS(EPERM),
	    BARE(PLAIN, DIFFERS) },
	{ "getpid by int 0x80", ACT(call_32_bit), SAYS(ENOSYS),
	    BARE(PLAIN, DIFFERS),
	    BECAUSE("socketcall and ipc would go around the checks of"
		    " arguments: there is no 32-bit interface") },
	{ "getpid of x32", CALL(X32 | SYS_getpid), SAYS(ENOSYS),
	    BARE(PLAIN, DIFFERS), BECAUSE("other numbers for the same calls") },
	{ "unshare of x32", CALL(X32 | SYS_unshare, 1), SAYS(ENOSYS),
	    BARE(PLAIN, DIFFERS) },
#endif
};

const struct area area_kernel = { "kernel",
	"Interfaces with a history of holes, and the machine's own controls.",
	ROWS(attempts) };
