/* recent.c - what is remembered of addresses, for a while. */
#include "gateway/monitor/admission/recent.h"

#include <stdlib.h>

int
recent_init(struct recent *r, size_t max, size_t entry_size)
{
	*r = (struct recent){ .max = max, .size = entry_size };
	TAILQ_INIT(&r->by_age);
	return address_table_init(&r->table, max);
}

static void
forget_oldest(struct recent *r)
{
	struct recent_entry *oldest = TAILQ_FIRST(&r->by_age);

	TAILQ_REMOVE(&r->by_age, oldest, by_age);
	address_table_remove(&r->table, &oldest->node);
	r->count--;
	free(oldest);
}

void
recent_free(struct recent *r)
{
	while (r->count > 0)
		forget_oldest(r);
	address_table_free(&r->table);
}

void *
recent_find(const struct recent *r, const struct address *a)
{
	return address_table_find(&r->table, a->who);
}

/* A full table forgets its oldest entry, and does not refuse the new one: an
 * attacker with many addresses can have a penalty forgotten, but never fill the
 * memory or keep new failures from being counted. */
void *
recent_touch(struct recent *r, const struct address *a)
{
	struct recent_entry *e = recent_find(r, a);

	if (e != NULL) {
		TAILQ_REMOVE(&r->by_age, e, by_age);
		TAILQ_INSERT_TAIL(&r->by_age, e, by_age);
		return e;
	}
	e = calloc(1, r->size);
	if (e == NULL)
		return NULL;
	if (r->count == r->max)
		forget_oldest(r);
	address_table_add(&r->table, &e->node, a->who);
	TAILQ_INSERT_TAIL(&r->by_age, e, by_age);
	r->count++;
	return e;
}
