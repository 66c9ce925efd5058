/*
 * privs.h - become an unprivileged user, and prove it.
 */
#ifndef ATOLL_BASE_PRIVS_H
#define ATOLL_BASE_PRIVS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/err.h"

/*
 * For good: groups, gid and uid (real, effective, saved), every capability
 * set and the bounding set empty, no_new_privs, not dumpable.  Verified by
 * reading back and by trying to return.  After -1 the process must end.
 */
int privs_drop(uid_t uid, gid_t gid, struct err *e);

/* The same, but for the capabilities of the mask, which stay permitted and
 * effective; the bounding set is empty all the same, so no exec keeps them. */
int privs_drop_but(uid_t uid, gid_t gid, uint64_t mask, struct err *e);

/* What an exec leaves of that is all but the last, which is done again; verified
 * likewise. */
int privs_stay_dropped(struct err *e);

/* Cut the bounding and permitted sets to the mask (bit n is capability n). */
int privs_limit(uint64_t mask, struct err *e);

/* The same, but the bounding set keeps the second, so that programs it starts as root
 * may have more than it has. */
int privs_limit_but(uint64_t mask, uint64_t bounding, struct err *e);

/* Is it permitted to this process? */
bool privs_has(int capability);

/* The same where the bounding set may be cut (CAP_SETPCAP); where not, the
 * permitted set alone. */
int privs_keep(uint64_t mask, struct err *e);

/* The ids of a system user; -1 with a text that says how to make it. */
int privs_user(const char *name, uid_t *uid, gid_t *gid, struct err *e);

#endif
