/*
 * locks.h - locks on files, which are memory of the kernel's that no control
 * group counts.
 *
 * fcntl(2) sets any number of them on one file.  There is no limit: RLIMIT_LOCKS
 * does nothing since Linux 2.4.25, and the kernel took back that control groups
 * count them (commit 3754707bcc3e), since that slowed locks down by a third.
 */
#ifndef ATOLL_BUILDER_LOCKS_H
#define ATOLL_BUILDER_LOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "sandbox/builder/sandbox.h"

/* What a lock takes: 192 on Linux 6.18, a little more on 6.1; bytes. */
#define LOCK_BYTES 200

/* Locks in text as /proc/PID/fdinfo/FD has it.  Pure. */
uint64_t locks_in(const char *text);

/*
 * Bytes that locks take of whoever is in the sandbox, by their descriptors; no
 * more than what is enough to know, where it is more than that.
 *
 * A process's own locks (POSIX) are gone with its last descriptor of a file, so
 * they are all found; those of flock(2) are at most one for each open file,
 * which the group counts.  Others are refused, see commons.c.  A look at a
 * descriptor takes 5 to 25 us: it takes no more than a few thousand, beginning
 * with another process each turn.  *is_whole is false when more were there, or
 * none could be seen.
 */
uint64_t locks_held(const struct cgroups *g, const struct sandbox *s,
    unsigned turn, uint64_t enough, bool *is_whole);

#endif
