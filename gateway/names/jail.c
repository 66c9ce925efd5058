/* jail.c - what atoll-names gives up before it hears anybody. */
#include "gateway/names/jail.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "gateway/base/filter.h"
#include "gateway/base/filter_runtime.h"
#include "gateway/base/landlock.h"

#define MEMORY_MAX (64UL << 20)
#define FDS_MAX	   320 /* one for each question that waits */

CONFINED_PROGRAM;

int
jail_options(struct confinement *c, int argc, char **argv, struct err *e)
{
	*c = (struct confinement){ .descriptors = FDS_MAX,
		.memory = MEMORY_MAX };
	return confine_options(c, argc, argv, e);
}

static const char *const calls[] = { "poll", "ppoll", "read", "write", "close",
	"recvfrom", "sendto", "recvmsg", "sendmsg", "connect",
	FILTER_RUNTIME_CALLS };

/* A question has a socket of its own, and so a port that nobody can guess.  Where it
 * can go is for the rules of the router to say. */
static const struct filter_value narrow[] = { FILTER_FCNTL,
	{ "socket", 0, AF_INET } };

static const struct filter_clear masked[] = { FILTER_NO_CODE };

static const struct filter_rules rules = {
	FILTER_ALLOWING(calls, narrow, masked),
};

int
jail_enter(const struct confinement *c, struct err *e)
{
	if (confine(c, e) == -1 || landlock_enter(NULL, 0, e) == -1)
		return -1;
	/* No other process of its user's may look into it. */
	if (prctl(PR_SET_DUMPABLE, 0) == -1)
		return err_set(e, errno, "PR_SET_DUMPABLE");
	return SANITIZED ? 0 : filter_enter(&rules, e);
}
