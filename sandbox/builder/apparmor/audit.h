/*
 * audit.h - what security modules refuse, from the kernel's audit.
 *
 * By the netlink group that journald listens to as well (AUDIT_NLGRP_READLOG, since
 * Linux 3.16; netlink(7)).  So they come whether or not there is an auditd, and none
 * is lost to the rate limit of the kernel's log.  A kernel that was booted with
 * audit=0 tells nothing, here or elsewhere.
 */
#ifndef ATOLL_BUILDER_APPARMOR_AUDIT_H
#define ATOLL_BUILDER_APPARMOR_AUDIT_H

#include <sys/types.h>

#include "gateway/base/err.h"

/* As long as the kernel makes them (MAX_AUDIT_MESSAGE_LENGTH). */
#define AUDIT_RECORD_MAX 8976

/* A socket that gives such records and no others, which cannot be widened; -1.  To
 * be called in the host's network namespace, with CAP_AUDIT_READ, which reading
 * does not need. */
int audit_open(struct err *e);

/* The size of the next record, whose text begins at record; 0: it was none.  -1:
 * there is no more now.  Never blocks. */
ssize_t audit_next(int fd, char record[AUDIT_RECORD_MAX]);

#endif
