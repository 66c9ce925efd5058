/* monitor_jail.c - what the monitor gives up when it is not root any more. */
#include "gateway/monitor/monitor_jail.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include "gateway/base/array.h"
#include "gateway/base/confine.h"
#include "gateway/base/filter.h"
#include "gateway/base/filter_runtime.h"
#include "gateway/base/landlock.h"
#include "gateway/base/log.h"
#include "gateway/monitor/monitor_places.h"

static const char *const calls[] = {
	/* libuv's loop and threads */
	"epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "eventfd2",
	"pipe2", "poll", "ppoll", "set_tid_address", "uname",
	/* links: those that there are, and pairs for others */
	"read", "readv", "write", "writev", "recvfrom", "sendto", "recvmsg",
	"sendmsg", "accept4", "socketpair", "getsockopt", "setsockopt",
	"getsockname", "getpeername", "shutdown", "close", "close_range", "dup",
	"dup2", "dup3", "memfd_create", "prlimit64",
	/* SQLite's files, and those of a program's start */
	"openat", "access", "faccessat", "faccessat2", "readlink", "readlinkat",
	"stat", "lstat", "statx", "statfs", "fstatfs", "getcwd", "unlink",
	"pread64", "pwrite64", "preadv", "pwritev", "ftruncate", "fallocate",
	"fsync", "fdatasync", "sched_getaffinity", "sysinfo",
	/* the installed build is tried, and we become it */
	"execve", "wait4", "waitid", "kill", "tgkill", "arch_prctl", "getppid",
	"capget", "getresuid", "getresgid", "getgroups",
	/* it may give up more */
	"landlock_create_ruleset", "landlock_add_rule",
	"landlock_restrict_self", FILTER_RUNTIME_CALLS
};

static const char *const deadly[] = { FILTER_DEADLY_CALLS };

static const struct filter_value narrow[] = {
	FILTER_FCNTL, { "fcntl", 1, F_GETLK }, /* SQLite's, on atoll.db */
	{ "fcntl", 1, F_SETLK }, { "fcntl", 1, F_SETLKW },
	{ "fcntl", 1, F_ADD_SEALS }, { "fcntl", 1, F_GET_SEALS },
	{ "ioctl", 1, FIONBIO },			 /* libuv's */
	{ "ioctl", 1, FIOCLEX }, { "ioctl", 1, TCGETS }, /* isatty(3) */
	{ "ioctl", 1, TIOCSPTLCK }, /* a terminal for a command of staff */
	{ "ioctl", 1, TIOCGPTN }, { "ioctl", 1, TIOCGPTPEER },
	{ "ioctl", 1, TIOCSWINSZ },
	{ "prctl", 0, PR_SET_PDEATHSIG }, /* of a build that is tried */
	{ "prctl", 0, PR_SET_DUMPABLE }, { "prctl", 0, PR_GET_DUMPABLE },
	{ "prctl", 0, PR_SET_NO_NEW_PRIVS },
	{ "prctl", 0, PR_GET_NO_NEW_PRIVS },
	{ "prctl", 0, PR_CAPBSET_READ }, /* libcap's */
	{ "prctl", 0, PR_GET_SECUREBITS }, { "prctl", 0, PR_SET_NAME },
	{ "prctl", 0, PR_GET_NAME }, { "prctl", 0, PR_SET_VMA },
	{ "seccomp", 1, 0 }, /* no listener for calls of others */
};

static const struct filter_clear masked[] = { FILTER_CODE_OF_FILES,
	FILTER_FORK_AND_THREADS };

static const struct filter_rules rules = {
	FILTER_ALLOWING(calls, narrow, masked),
	.deadly = deadly,
	.deadly_count = COUNT_OF(deadly),
};

int
monitor_jail_enter(struct monitor_jail *j, const char *program, int state_dir,
    struct err *e)
{
	struct monitor_places places;
	int rc;

	rc = monitor_places_open(&places, program, state_dir, e);
	if (rc == 0)
		rc = landlock_enter(places.at, places.count, e);
	monitor_places_close(&places);
	if (rc == -1 || (!SANITIZED && filter_enter(&rules, e) == -1))
		return -1;
	*j = (struct monitor_jail){ MONITOR_JAIL, MONITOR_JAIL_FITS };
	return 0;
}

void
monitor_jail_log(void)
{
	if (landlock_abi() == 0)
		log_warn(NULL,
		    "this kernel has no Landlock, or it is switched off (lsm= "
		    "of"
		    " its command line): the monitor can open every file that"
		    " its user can");
}

int
monitor_jail_take(struct monitor_jail *j, uint32_t number, uint32_t fits,
    struct err *e)
{
	*j = (struct monitor_jail){ number, fits };
	if (number != 0 &&
	    (number < MONITOR_JAIL_OLDEST || fits > MONITOR_JAIL))
		return err_set(e, 0,
		    "the gateway runs with what a monitor of another build may"
		    " do (jail %" PRIu32 ", ours is %d), and this one needs"
		    " more: restart the gateway",
		    number, MONITOR_JAIL);
	return number == 0 ? 0 : monitor_places_check(e);
}
