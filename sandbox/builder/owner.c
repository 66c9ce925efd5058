/* owner.c - to be the owner of a sandbox's user namespace; see owner.h. */
#include "sandbox/builder/owner.h"

#include <assert.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The secure bits keep our capabilities; a namespace that is made meanwhile
 * begins without them, see user_namespaces(7). */
void
owner_be(uid_t uid)
{
	unsigned long bits = uid == 0 ? 0 : SECBIT_NO_SETUID_FIXUP;

	if (uid != 0)
		assert(prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) == 0);
	assert(setresuid((uid_t)-1, uid, (uid_t)-1) == 0);
	if (uid == 0)
		assert(prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) == 0);
	/* The change took it, and /proc/PID/ns of a child needs it. */
	assert(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0);
}
