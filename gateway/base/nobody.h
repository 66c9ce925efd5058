/*
 * nobody.h - a child that becomes a user that nothing else is, and has no right left.
 */
#ifndef ATOLL_BASE_NOBODY_H
#define ATOLL_BASE_NOBODY_H

#include <sys/types.h>

/*
 * For good: groups, gid and uid (real, effective, saved), no capability, not dumpable,
 * no_new_privs.  By system calls alone, since init has no libcap; whoever has that uses
 * privs.h, which reads back what came of it.  With the change of the user the kernel says
 * anew whether the process may be traced, which is no but on a host where
 * fs.suid_dumpable is 1.  -1 with errno: the process must end.
 */
int nobody_become(uid_t id);

#endif
