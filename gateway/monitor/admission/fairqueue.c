/*
 * fairqueue.c - what waits, in a queue for each address.
 *
 * An address is in the table and in the round while something of it waits, so
 * that neither grows with the addresses that were ever seen.
 */
#include "gateway/monitor/admission/fairqueue.h"

#include <stdlib.h>

#define BUCKETS 1024

struct waiters_of {
	struct whonode node; /* first: what the table finds is this */
	TAILQ_ENTRY(waiters_of) next;
	TAILQ_HEAD(, waiter) line;
	unsigned count;
};

int
fairqueue_init(struct fairqueue *q)
{
	*q = (struct fairqueue){ 0 };
	TAILQ_INIT(&q->round);
	return address_table_init(&q->table, BUCKETS);
}

static struct waiters_of *
find(const struct fairqueue *q, const struct address *from)
{
	return (struct waiters_of *)address_table_find(&q->table, from->who);
}

static struct waiters_of *
add_address(struct fairqueue *q, const struct address *from)
{
	struct waiters_of *of = calloc(1, sizeof(*of));

	if (of == NULL)
		return NULL;
	TAILQ_INIT(&of->line);
	address_table_add(&q->table, &of->node, from->who);
	TAILQ_INSERT_TAIL(&q->round, of, next);
	return of;
}

int
fairqueue_add(struct fairqueue *q, struct waiter *w, void *owner,
    const struct address *from)
{
	struct waiters_of *of = find(q, from);

	if (of == NULL)
		of = add_address(q, from);
	if (of == NULL)
		return -1;
	w->of = of;
	w->owner = owner;
	TAILQ_INSERT_TAIL(&of->line, w, next);
	of->count++;
	q->count++;
	return 0;
}

void
fairqueue_remove(struct fairqueue *q, struct waiter *w)
{
	struct waiters_of *of = w->of;

	if (of == NULL)
		return;
	w->of = NULL;
	TAILQ_REMOVE(&of->line, w, next);
	q->count--;
	if (--of->count > 0)
		return;
	TAILQ_REMOVE(&q->round, of, next);
	address_table_remove(&q->table, &of->node);
	free(of);
}

static void *
take_of(struct fairqueue *q, struct waiters_of *of)
{
	struct waiter *w = TAILQ_FIRST(&of->line);

	/* Before the waiter goes, which frees the address when it is the last:
	 * the address's next turn is after all others'. */
	TAILQ_REMOVE(&q->round, of, next);
	TAILQ_INSERT_TAIL(&q->round, of, next);
	fairqueue_remove(q, w);
	return w->owner;
}

void *
fairqueue_take(struct fairqueue *q)
{
	struct waiters_of *of = TAILQ_FIRST(&q->round);

	return of == NULL ? NULL : take_of(q, of);
}

void *
fairqueue_take_if(struct fairqueue *q,
    bool (*may)(void *self, const void *owner), void *self)
{
	struct waiters_of *of;

	TAILQ_FOREACH(of, &q->round, next) {
		if (may(self, TAILQ_FIRST(&of->line)->owner))
			return take_of(q, of);
	}
	return NULL;
}

unsigned
fairqueue_count(const struct fairqueue *q, const struct address *from)
{
	const struct waiters_of *of = find(q, from);

	return of == NULL ? 0 : of->count;
}

void
fairqueue_free(struct fairqueue *q)
{
	while (fairqueue_take(q) != NULL)
		continue;
	address_table_free(&q->table);
}
