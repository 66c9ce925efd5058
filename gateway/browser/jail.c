/* jail.c - what atoll-browser gives up before it reads anything. */
#include "gateway/browser/jail.h"

#include <sys/ioctl.h>

#include "gateway/base/filter_runtime.h"
#include "gateway/base/landlock.h"

#define MEMORY_MAX (64UL << 20)
#define FDS_MAX	   64

CONFINED_PROGRAM;

int
jail_options(struct confinement *c, int argc, char **argv, struct err *e)
{
	*c = (struct confinement){ .descriptors = FDS_MAX,
		.memory = MEMORY_MAX };
	return confine_options(c, argc, argv, e);
}

/* What both do: move bytes. */
#define MOVING                                                                 \
	"poll", "ppoll", "read", "write", "writev", "close", "recvfrom",       \
	    "sendto", "recvmsg", "sendmsg", "getsockopt", "setsockopt",        \
	    "getpeername", "getsockname", "shutdown", "pread64",               \
	    FILTER_RUNTIME_CALLS

static const char *const terminal_calls[] = { MOVING };
/* And what a fork does before it is a terminal's. */
static const char *const server_calls[] = { MOVING, "dup2", "dup3",
	"close_range", "seccomp" };

static const struct filter_value narrow[] = {
	FILTER_FCNTL,
	{ "ioctl", 1, FIONREAD },
	{ "ioctl", 1, FIONBIO },
};

static const struct filter_clear no_code[] = { FILTER_NO_CODE };
static const struct filter_clear forks[] = { FILTER_NO_CODE, FILTER_FORK };

static const struct filter_rules terminal_rules = {
	FILTER_ALLOWING(terminal_calls, narrow, no_code),
};
static const struct filter_rules server_rules = {
	FILTER_ALLOWING(server_calls, narrow, forks),
};

int
jail_prepare(struct jail *j, struct err *e)
{
	*j = (struct jail){ 0 };
	if (filter_build(&server_rules, &j->server, e) == -1)
		return -1;
	return filter_build(&terminal_rules, &j->terminal, e);
}

int
jail_enter(const struct jail *j, const struct confinement *c, struct err *e)
{
	if (confine(c, e) == -1 || landlock_enter(NULL, 0, e) == -1)
		return -1;
	return SANITIZED ? 0 : filter_install(&j->server, e);
}

int
jail_tighten(const struct jail *j, struct err *e)
{
	return SANITIZED ? 0 : filter_install(&j->terminal, e);
}
