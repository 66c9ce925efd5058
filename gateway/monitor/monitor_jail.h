/*
 * monitor_jail.h - what the monitor gives up when it is not root any more.
 *							Process: monitor.
 *
 * A seccomp filter with the calls that it, libuv, SQLite and libcrypto make, and
 * Landlock: it writes atoll.db, and reads that and what a program needs to be
 * started.  Sockets it has, and gets no other.  It runs one program, the installed
 * monitor, for an upgrade.
 *
 * An exec(3) changes neither: the build that takes over lives in the jail of the
 * one that was started, until the gateway is restarted.  So jails have numbers, as
 * lasting links do (gateway/wire/lasting.h).
 */
#ifndef ATOLL_MONITOR_MONITOR_JAIL_H
#define ATOLL_MONITOR_MONITOR_JAIL_H

#include <stdint.h>

#include "gateway/base/err.h"

/* Raised when this build needs what the jail of the build before does not allow, or
 * its own jail does not allow what that one needs. */
#define MONITOR_JAIL 1
/* In which we can live; raised when this build needs more than that allows. */
#define MONITOR_JAIL_OLDEST 1
/* Who can live in ours; raised when our jail allows less than that needs. */
#define MONITOR_JAIL_FITS 1

/* The one that is in force; number 0: none. */
struct monitor_jail {
	uint32_t number;
	uint32_t fits; /* MONITOR_JAIL of the oldest build that it is for */
};

/* Before there are threads.  program is the file that may be exec'd, and all that is
 * beside it; state_dir is open.  For good; after -1 the process must end. */
int monitor_jail_enter(struct monitor_jail *j, const char *program,
    int state_dir, struct err *e);

/* Tell the log what of it this kernel has not.  Not where standard error is an
 * answer, as in an upgrade's rehearsal. */
void monitor_jail_log(void);

/* Of the build that was started.  -1: we cannot do our work in that. */
int monitor_jail_take(struct monitor_jail *j, uint32_t number, uint32_t fits,
    struct err *e);

#endif
