/* jail.c - what atoll-recorder gives up before it reads anything. */
#include "gateway/recorder/jail.h"

#include "gateway/base/filter.h"
#include "gateway/base/filter_runtime.h"
#include "gateway/base/landlock.h"

#define MEMORY_MAX (512UL << 20)
#define FDS_MAX	   16384 /* two for each terminal that is recorded */

CONFINED_PROGRAM;

int
jail_options(struct confinement *c, int argc, char **argv, struct err *e)
{
	*c = (struct confinement){ .descriptors = FDS_MAX,
		.memory = MEMORY_MAX };
	return confine_options(c, argc, argv, e);
}

static const char *const calls[] = {
	/* the loop */
	"epoll_wait", "epoll_pwait", "epoll_ctl", "poll", "ppoll", "read",
	"write", "close", "recvfrom", "sendto", "recvmsg", "sendmsg",
	/* files below the directory of recordings */
	"openat", "mkdirat", "unlinkat", "ftruncate", "flock", "getdents64",
	"pread64", "statx", "fstatfs",
	/* pictures for watchers */
	"memfd_create", "setsockopt", FILTER_RUNTIME_CALLS
};

static const struct filter_value narrow[] = {
	FILTER_FCNTL,
	{ "fcntl", 1, F_ADD_SEALS },
};

static const struct filter_clear masked[] = { FILTER_NO_CODE };

static const struct filter_rules rules = {
	FILTER_ALLOWING(calls, narrow, masked),
};

int
jail_enter(const struct confinement *c, int recordings, struct err *e)
{
	const struct landlock_place place = { recordings,
		PLACE_READ | PLACE_WRITE | PLACE_LIST | PLACE_FILL };

	if (confine(c, e) == -1 || landlock_enter(&place, 1, e) == -1)
		return -1;
	return SANITIZED ? 0 : filter_enter(&rules, e);
}
