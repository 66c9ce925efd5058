/* jail.c - what atoll-staff gives up before it reads anything. */
#include "gateway/staff/jail.h"

#include <sys/ioctl.h>

#include "gateway/base/filter.h"
#include "gateway/base/filter_runtime.h"

#define MEMORY_MAX (256UL << 20) /* an answer has up to 65536 rows */
#define FDS_MAX	   64

CONFINED_PROGRAM;

int
jail_options(struct confinement *c, int argc, char **argv, struct err *e)
{
	*c = (struct confinement){ .descriptors = FDS_MAX,
		.memory = MEMORY_MAX };
	return confine_options(c, argc, argv, e);
}

static const char *const calls[] = {
	/* the loop, and what a command does */
	"poll", "ppoll", "read", "write", "writev", "close", "recvfrom",
	"sendto", "recvmsg", "sendmsg", "getsockopt", "setsockopt", "pread64",
	/* fork, reap, and become a command */
	"signalfd4", "wait4", "waitid", "dup2", "dup3", "close_range", "setsid",
	FILTER_RUNTIME_CALLS
};

static const struct filter_value narrow[] = {
	FILTER_FCNTL,
	{ "ioctl", 1, TCGETS },
	{ "ioctl", 1, TCSETS },	 /* raw, to watch a terminal */
	{ "ioctl", 1, TCSETSW }, /* and what ncurses does */
	{ "ioctl", 1, TCSETSF },
	{ "ioctl", 1, TCFLSH },
	{ "ioctl", 1, TIOCGWINSZ },
	{ "ioctl", 1, TIOCSCTTY },
};

static const struct filter_clear masked[] = { FILTER_NO_CODE, FILTER_FORK };

static const struct filter_rules rules = {
	FILTER_ALLOWING(calls, narrow, masked),
};

int
jail_enter(const struct confinement *c, struct err *e)
{
	if (confine(c, e) == -1)
		return -1;
	return SANITIZED ? 0 : filter_enter(&rules, e);
}
