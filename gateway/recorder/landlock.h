/*
 * landlock.h - one directory is all there is of files.	Process: recorder.
 */
#ifndef ATOLL_RECORDER_LANDLOCK_H
#define ATOLL_RECORDER_LANDLOCK_H

#include "gateway/base/err.h"

/* From now on no path leads anywhere but below dir, in which files and directories
 * may be made, read, written and removed; see landlock(7).  Needs no_new_privs.  A
 * kernel without it is none of e: the directory and the seccomp filter are left
 * then.  -1: it has it, and refuses. */
int landlock_enter(int dir, struct err *e);

#endif
