/* jail.c - what atoll-signer gives up before it looks at a key. */
#include "gateway/signer/jail.h"

#include <errno.h>
#include <sys/prctl.h>

#include "gateway/base/filter.h"
#include "gateway/base/filter_runtime.h"

#define MEMORY_MAX (64UL << 20)
#define FDS_MAX	   16384 /* one for each connection */

CONFINED_PROGRAM;

static const char *const calls[] = { "epoll_wait", "epoll_pwait", "epoll_ctl",
	"poll", "ppoll", "read", "write", "close", "recvfrom", "sendto",
	"recvmsg", "sendmsg", FILTER_RUNTIME_CALLS };

static const struct filter_value narrow[] = { FILTER_FCNTL };

static const struct filter_clear masked[] = { FILTER_NO_CODE };

static const struct filter_rules rules = {
	FILTER_ALLOWING(calls, narrow, masked),
};

int
jail_enter(struct confinement *c, struct err *e)
{
	c->descriptors = FDS_MAX;
	c->memory = MEMORY_MAX;
	if (confine(c, e) == -1)
		return -1;
	/* No other process of its user's may look into it. */
	if (prctl(PR_SET_DUMPABLE, 0) == -1)
		return err_set(e, errno, "PR_SET_DUMPABLE");
	return SANITIZED ? 0 : filter_enter(&rules, e);
}
