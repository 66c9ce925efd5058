/*
 * address_table.h - a hash table whose keys are chosen by clients.	Process: monitor.
 *
 * The key is address.who: an IPv4 address or an IPv6 /64.  The client chooses
 * it, so the hash has a random seed.  Entries embed struct whonode and belong
 * to the caller.
 */
#ifndef ATOLL_MONITOR_ADMISSION_ADDRESS_TABLE_H
#define ATOLL_MONITOR_ADMISSION_ADDRESS_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/base/address.h"

struct whonode {
	struct whonode *next; /* in its bucket */
	uint8_t who[16];
};

struct address_table {
	uint64_t seed;
	size_t buckets;		/* a power of two */
	struct whonode **heads; /* owned */
};

/* -1 without memory; more buckets than entries keep it fast. */
int address_table_init(struct address_table *t, size_t buckets);

struct whonode *address_table_find(const struct address_table *t,
    const uint8_t who[16]);

/* Fills in n->who, which must not be there yet. */
void address_table_add(struct address_table *t, struct whonode *n,
    const uint8_t who[16]);
void address_table_remove(struct address_table *t, struct whonode *n);

/* The table only: its owner has freed the entries before. */
void address_table_free(struct address_table *t);

#endif
