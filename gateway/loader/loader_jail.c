/* loader_jail.c - what atoll-loader gives up before it parses a byte. */
#include "gateway/loader/loader_jail.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/confine.h"
#include "gateway/base/filter.h"
#include "gateway/base/filter_runtime.h"
#include "gateway/base/landlock.h"
#include "gateway/base/privs.h"
#include "gateway/base/scope.h"

#define BIT(capability) (1ULL << (capability))

static const char *const calls[] = {
	/* files, to be read */
	"open", "openat", "openat2", "read", "readv", "pread64", "preadv",
	"stat", "lstat", "statx", "statfs", "fstatfs", "access", "faccessat",
	"faccessat2", "readlink", "readlinkat", "getdents64", "getcwd", "flock",
	"fadvise64", "sendfile", "copy_file_range",
	/* what it tells: its link, its output, sealed copies */
	"write", "writev", "pwrite64", "memfd_create", "ftruncate", "sendmsg",
	"sendto", "recvmsg", "recvfrom", "close", "close_range", "dup", "dup2",
	"dup3", "pipe", "pipe2", "poll", "ppoll",
	/* system users, which a daemon may know (nsswitch.conf(5)) */
	"connect", "getsockopt", "setsockopt", "getsockname", "getpeername",
	"shutdown",
	/* ssh-keygen, and the start of any program */
	"execve", "wait4", "waitid", "set_tid_address", "arch_prctl",
	"prlimit64", "getrlimit", "sched_getaffinity", "uname", "sysinfo",
	"getppid", "getpgrp", "getresuid", "getresgid", "getgroups", "capget",
	"umask", "tgkill", "mlock", FILTER_RUNTIME_CALLS
};

static const char *const deadly[] = { FILTER_DEADLY_CALLS };

static const struct filter_value narrow[] = {
	FILTER_FCNTL,
	{ "fcntl", 1, F_DUPFD },
	{ "fcntl", 1, F_ADD_SEALS },
	{ "fcntl", 1, F_GET_SEALS },
	{ "ioctl", 1, TCGETS }, /* isatty(3) */
	{ "ioctl", 1, FIONREAD },
	{ "socket", 0, AF_UNIX },
	{ "prctl", 0, PR_CAPBSET_READ },
	{ "prctl", 0, PR_GET_SECUREBITS },
	{ "prctl", 0, PR_SET_DUMPABLE },
	{ "prctl", 0, PR_GET_DUMPABLE },
	{ "prctl", 0, PR_GET_NO_NEW_PRIVS },
	{ "prctl", 0, PR_SET_NAME },
	{ "prctl", 0, PR_GET_NAME },
	{ "prctl", 0, PR_SET_VMA },
};

static const struct filter_clear masked[] = { FILTER_CODE_OF_FILES,
	FILTER_FORK_AND_THREADS };

static const struct filter_rules rules = {
	FILTER_ALLOWING(calls, narrow, masked),
	.deadly = deadly,
	.deadly_count = COUNT_OF(deadly),
};

/* Who is not root may check a configuration that can be read, and has nothing to
 * give up; who may not cut the bounding set has no way to gain by it. */
static int
keep_reading(struct err *e)
{
	uint64_t kept = 0;

	if (privs_has(CAP_DAC_READ_SEARCH))
		kept = BIT(CAP_DAC_READ_SEARCH);
	else if (privs_has(CAP_DAC_OVERRIDE))
		kept = BIT(CAP_DAC_OVERRIDE);
	return privs_keep(kept, e);
}

static int
lock_files(struct err *e)
{
	CLOSES int root = open("/", O_PATH | O_CLOEXEC);
	CLOSES int null = open("/dev/null", O_PATH | O_CLOEXEC);
	const struct landlock_place places[] = {
		{ root, PLACE_RUN | PLACE_LIST },
		{ null, PLACE_WRITE }, /* ssh-keygen's */
	};

	return landlock_enter(places, COUNT_OF(places), e);
}

int
loader_jail_enter(struct err *e)
{
	if (keep_reading(e) == -1)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return err_set(e, errno, "no_new_privs");
	if (lock_files(e) == -1)
		return -1;
	return SANITIZED ? 0 : filter_enter(&rules, e);
}
