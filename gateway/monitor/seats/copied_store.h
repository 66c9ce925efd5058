/*
 * copied_store.h - what atoll.db has of secrets, and of who handed in another's.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_SEATS_COPIED_STORE_H
#define ATOLL_MONITOR_SEATS_COPIED_STORE_H

#include "gateway/base/log.h"
#include "gateway/base/name.h"
#include "gateway/base/secret_word.h"
#include "gateway/monitor/accounts/db.h"

#define WORD_MAC_SIZE	 16
#define COPIED_TOLD_MAX	 8   /* pairs of one check; the rest are counted */
#define COPIED_KEPT_MAX	 32  /* of each account and lab */
#define OWN_KEPT_MAX	 128 /* digests of a seat, the newest */
#define FOREIGN_KEPT_MAX 64

/* In a query: whose secrets were handed in by the lab and account of its row r,
 * with blanks between. */
#define COPIED_FROM_SQL                                                        \
	"(SELECT group_concat(owner, ' ') FROM (SELECT owner FROM copied c"    \
	" WHERE c.lab = r.lab AND c.account = r.account"                       \
	" ORDER BY c.time, c.owner LIMIT 8))"

struct word_macs {
	size_t count;
	unsigned char at[SECRET_WORDS_MAX][WORD_MAC_SIZE];
};

struct monitor;

/* What a check named, and what came of it. */
struct copied_job {
	struct monitor *monitor;
	struct log_tag tag; /* of the seat, which may have gone */
	char account[NAME_SIZE], lab[NAME_SIZE];
	int64_t time; /* seconds since the epoch */
	struct word_macs own, foreign;
	size_t pair_count;
	struct copied_pair {
		char account[NAME_SIZE], owner[NAME_SIZE];
	} pairs[COPIED_TOLD_MAX]; /* that were not known */
	unsigned more;
};

/* For the writer's thread, with a job. */
int copied_store(struct db *db, void *job, struct err *e);

#endif
