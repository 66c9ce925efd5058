/*
 * recent.h - what is remembered of addresses, for a while.
 *							Process: monitor.
 *
 * A table of bounded size: when it is full the one that was touched longest ago
 * makes room.
 */
#ifndef ATOLL_MONITOR_ADMISSION_RECENT_H
#define ATOLL_MONITOR_ADMISSION_RECENT_H

#include <sys/queue.h>

#include "gateway/monitor/admission/address_table.h"

/* What is remembered begins with this. */
struct recent_entry {
	struct whonode node;
	TAILQ_ENTRY(recent_entry) by_age;
};

struct recent {
	struct address_table table;
	TAILQ_HEAD(, recent_entry) by_age; /* touched longest ago first */
	size_t size;			   /* of one entry */
	size_t count, max;
};

/* -1 without memory. */
int recent_init(struct recent *r, size_t max, size_t entry_size);
void recent_free(struct recent *r);

/* NULL when nothing is known of it. */
void *recent_find(const struct recent *r, const struct address *a);

/* Found or made, zeroed, and the last to be forgotten; NULL without memory. */
void *recent_touch(struct recent *r, const struct address *a);

#endif
