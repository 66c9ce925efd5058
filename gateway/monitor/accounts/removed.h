/*
 * removed.h - accounts that were removed after they had expired, and their
 * homes in the trash.
 * *							Process: monitor.
 *
 * They stay for two weeks, so that a clock which was wrong costs nobody
 * anything: "atoll account restore" has them back.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_REMOVED_H
#define ATOLL_MONITOR_ACCOUNTS_REMOVED_H

#include "gateway/monitor/accounts/db.h"
#include "gateway/monitor/monitor.h"

/* On the writer's thread: remove an account that expired before then, and keep
 * its row.  One that got more time meanwhile stays. */
int removed_put(struct db *db, const char *name, int64_t before, struct err *e);

/* What to restore, and what is found out by that. */
struct restoration {
	const char *name;
	int64_t expires; /* seconds since the epoch, 0 never, -1 as it was */
	int64_t before;	 /* who expired before this would go at once */
	int64_t created; /* when the account was made: found */
};

/* On the writer's thread: make it an account again. */
int removed_restore(struct db *db, struct restoration *r, struct err *e);

/* Now and then: what has lain long enough goes, rows and homes. */
void removed_look(struct monitor *m);

#endif
