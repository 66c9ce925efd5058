/* jail.c - what atoll-collector gives up before it reads anything. */
#include "gateway/collector/jail.h"

#include <errno.h>
#include <sys/prctl.h>

#include "gateway/base/filter.h"
#include "gateway/base/filter_runtime.h"
#include "gateway/base/landlock.h"

#define MEMORY_MAX (64UL << 20)
#define FDS_MAX	   64 /* one thing is done at a time */

CONFINED_PROGRAM;

int
jail_options(struct confinement *c, int argc, char **argv, struct err *e)
{
	*c = (struct confinement){ .descriptors = FDS_MAX,
		.memory = MEMORY_MAX };
	return confine_options(c, argc, argv, e);
}

static const char *const calls[] = {
	/* the link */
	"poll", "ppoll", "read", "write", "close", "recvfrom", "sendto",
	"recvmsg", "sendmsg",
	/* files below the directory of what is collected */
	"openat", "mkdirat", "unlinkat", "renameat", "renameat2", "fsync",
	"statx", FILTER_RUNTIME_CALLS
};

static const struct filter_value narrow[] = { FILTER_FCNTL };

static const struct filter_clear masked[] = { FILTER_NO_CODE };

static const struct filter_rules rules = {
	FILTER_ALLOWING(calls, narrow, masked),
};

int
jail_enter(const struct confinement *c, int collected, struct err *e)
{
	const struct landlock_place place = { collected,
		PLACE_READ | PLACE_WRITE | PLACE_LIST | PLACE_FILL };

	if (confine(c, e) == -1 || landlock_enter(&place, 1, e) == -1)
		return -1;
	/* It has a key: no other process of its user's may look into it. */
	if (prctl(PR_SET_DUMPABLE, 0) == -1)
		return err_set(e, errno, "PR_SET_DUMPABLE");
	return SANITIZED ? 0 : filter_enter(&rules, e);
}
