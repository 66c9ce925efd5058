/* jail.c - what atoll-net gives up before it hears the builder. */
#include "gateway/net/jail.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/sockios.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "gateway/base/filter.h"
#include "gateway/base/filter_runtime.h"

#define MEMORY_MAX (256UL << 20)
#define FDS_MAX	   64

CONFINED_PROGRAM;

int
jail_options(struct confinement *c, int argc, char **argv, struct err *e)
{
	*c = (struct confinement){ .descriptors = FDS_MAX,
		.memory = MEMORY_MAX,
		.capabilities = UINT64_C(1) << CAP_NET_ADMIN };
	return confine_options(c, argc, argv, e);
}

static const char *const calls[] = { "poll", "ppoll", "read", "write", "close",
	"recvfrom", "sendto", "recvmsg", "sendmsg", "select", "pselect6",
	"bind", "getsockname", "getsockopt", "setsockopt",
	FILTER_RUNTIME_CALLS };

/* A socket of the routing netlink's, and one to ask for an interface's number. */
static const struct filter_value narrow[] = { FILTER_FCNTL,
	{ "socket", 0, AF_NETLINK }, { "socket", 0, AF_INET },
	{ "ioctl", 1, SIOCGIFINDEX } };

static const struct filter_clear masked[] = { FILTER_NO_CODE };

static const struct filter_rules rules = {
	FILTER_ALLOWING(calls, narrow, masked),
};

int
jail_enter(const struct confinement *c, struct err *e)
{
	if (confine(c, e) == -1)
		return -1;
	/* No other process of its user's may look into it. */
	if (prctl(PR_SET_DUMPABLE, 0) == -1)
		return err_set(e, errno, "PR_SET_DUMPABLE");
	return SANITIZED ? 0 : filter_enter(&rules, e);
}
