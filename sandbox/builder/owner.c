/* owner.c - as whom the builder makes a user namespace. */
#include "sandbox/builder/owner.h"

#include <errno.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The bits keep our capabilities; the new namespace begins without them, see
 * user_namespaces(7). */
static int
set_bits(unsigned long bits, struct err *e)
{
	if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) == -1)
		return err_set(e, errno, "secure bits of the builder");
	return 0;
}

static int
set_user(uid_t uid, struct err *e)
{
	if (setresuid((uid_t)-1, uid, (uid_t)-1) == -1)
		return err_set(e, errno, "effective user id %u of the builder",
		    uid);
	return 0;
}

/* The change of ids took it, and /proc/PID/ns of the child needs it. */
static int
set_dumpable(struct err *e)
{
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == -1)
		return err_set(e, errno, "PR_SET_DUMPABLE of the builder");
	return 0;
}

int
owner_become(uid_t uid, struct err *e)
{
	if (set_bits(SECBIT_NO_SETUID_FIXUP, e) == -1 ||
	    set_user(uid, e) == -1 || set_dumpable(e) == -1)
		return -1;
	return 0;
}

int
owner_return(struct err *e)
{
	if (geteuid() == 0 && prctl(PR_GET_SECUREBITS) == 0)
		return 0;
	if (set_user(0, e) == -1 || set_bits(0, e) == -1 ||
	    set_dumpable(e) == -1)
		return -1;
	return 0;
}

int
owner_done(int rc, struct err *e)
{
	struct err back;

	if (owner_return(&back) == 0 || rc == -1)
		return rc;
	*e = back;
	return -1;
}
