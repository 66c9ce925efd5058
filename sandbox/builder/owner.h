/*
 * owner.h - as whom the builder makes a user namespace.
 *
 * What the kernel limits for each user (inotify instances, timers, pending
 * signals, message queues), it counts for a user namespace's owner as well.
 * Were that the host's root, one sandbox could take all of it from the others
 * and from the host.  So the owner is the sandbox's own root: our effective id
 * while the namespace is made.
 *
 * Only the owner may look into its processes (/proc/PID/ns, /proc/PID/fdinfo):
 * root would need CAP_SYS_PTRACE, which the builder does not have.  The real and
 * saved ids stay: no process of the sandbox may touch us.
 */
#ifndef ATOLL_BUILDER_OWNER_H
#define ATOLL_BUILDER_OWNER_H

#include <sys/types.h>

#include "gateway/base/err.h"

/* Take the effective user id uid and keep all capabilities.  -1: nothing is
 * changed, or owner_return() is still to be called; calling it then does no
 * harm either way. */
int owner_become(uid_t uid, struct err *e);

/* Be root again, also after an owner_return() that failed; nothing happens to
 * who is root.  errno values are those of setresuid(2) and prctl(2). */
int owner_return(struct err *e);

/* The same after work that came to rc: that, and what e has of it, unless it was well
 * and to be root again is not. */
int owner_done(int rc, struct err *e);

#endif
