/*
 * address_table.c - a hash table whose keys are chosen by clients.
 *
 * Without a secret in the hash, an attacker with an IPv6 prefix would pick
 * addresses that all fall into one bucket, and each look-up would walk them
 * all.
 */
#include "gateway/monitor/admission/address_table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* The finalizer of MurmurHash3: every bit of v changes about half of those that
 * come out. */
static uint64_t
mix(uint64_t v)
{
	v = (v ^ v >> 33) * UINT64_C(0xff51afd7ed558ccd);
	v = (v ^ v >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return v ^ v >> 33;
}

static struct whonode **
bucket(const struct address_table *t, const uint8_t who[16])
{
	uint64_t half[2];

	memcpy(half, who, sizeof(half));
	return &t->heads[mix(mix(t->seed ^ half[0]) ^ half[1]) &
			 (t->buckets - 1)];
}

int
address_table_init(struct address_table *t, size_t buckets)
{
	*t = (struct address_table){ .buckets = buckets };
	t->heads = calloc(buckets, sizeof(struct whonode *));
	if (t->heads == NULL ||
	    getrandom(&t->seed, sizeof(t->seed), 0) != sizeof(t->seed))
		return -1;
	return 0;
}

struct whonode *
address_table_find(const struct address_table *t, const uint8_t who[16])
{
	struct whonode *n = *bucket(t, who);

	while (n != NULL && memcmp(n->who, who, sizeof(n->who)) != 0)
		n = n->next;
	return n;
}

void
address_table_add(struct address_table *t, struct whonode *n,
    const uint8_t who[16])
{
	struct whonode **head = bucket(t, who);

	memcpy(n->who, who, sizeof(n->who));
	n->next = *head;
	*head = n;
}

void
address_table_remove(struct address_table *t, struct whonode *n)
{
	struct whonode **at = bucket(t, n->who);

	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
}

void
address_table_free(struct address_table *t)
{
	free(t->heads);
	t->heads = NULL;
}
