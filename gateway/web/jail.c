/* jail.c - what atoll-web gives up before it reads anything. */
#include "gateway/web/jail.h"

#include "gateway/base/filter.h"
#include "gateway/base/filter_runtime.h"
#include "gateway/base/landlock.h"

#define MEMORY_MAX (256UL << 20)
/* Three of each terminal, tiles of walls, twice what http.c lets in, and some. */
#define FDS_MAX 4096

CONFINED_PROGRAM;

int
jail_options(struct confinement *c, int argc, char **argv, struct err *e)
{
	*c = (struct confinement){ .descriptors = FDS_MAX,
		.memory = MEMORY_MAX };
	return confine_options(c, argc, argv, e);
}

/* No socket is made, and none but those of the monitor accepts. */
static const char *const calls[] = { "epoll_wait", "epoll_pwait", "epoll_ctl",
	"poll", "ppoll", "read", "pread64", "write", "writev", "close",
	"recvfrom", "sendto", "recvmsg", "sendmsg", "accept4", "shutdown",
	"getsockopt", "setsockopt", "getsockname", "getpeername",
	FILTER_RUNTIME_CALLS };

static const struct filter_value narrow[] = { FILTER_FCNTL };

static const struct filter_clear masked[] = { FILTER_NO_CODE };

static const struct filter_rules rules = {
	FILTER_ALLOWING(calls, narrow, masked),
};

int
jail_enter(const struct confinement *c, struct err *e)
{
	if (confine(c, e) == -1 || landlock_enter(NULL, 0, e) == -1)
		return -1;
	return SANITIZED ? 0 : filter_enter(&rules, e);
}
