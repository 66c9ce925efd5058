/* asuser.c - for a moment init has the user's rights and no more. */
#include "sandbox/init/asuser.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <unistd.h>

#define UNCHANGED ((uid_t)-1)

int
as_user_begin(const struct msg_init_plan *plan, struct err *e)
{
	gid_t groups[IDS_MAX];

	for (uint32_t i = 0; i < plan->groups.count; i++)
		groups[i] = plan->groups.id[i];
	/* The change of the user id takes the effective capabilities, see
	 * capabilities(7), and so comes last. */
	if (setgroups(plan->groups.count, groups) == 0 &&
	    setresgid(UNCHANGED, plan->gid, UNCHANGED) == 0 &&
	    setresuid(UNCHANGED, plan->uid, UNCHANGED) == 0)
		return 0;
	err_set(e, errno, "act as user %u", plan->uid);
	as_user_end();
	return -1;
}

void
as_user_end(void)
{
	if (setresuid(UNCHANGED, 0, UNCHANGED) == -1 ||
	    setresgid(UNCHANGED, 0, UNCHANGED) == -1 ||
	    setgroups(0, NULL) == -1)
		abort();
}
