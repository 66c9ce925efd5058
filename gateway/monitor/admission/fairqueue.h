/*
 * fairqueue.h - what waits, in a queue for each address.	Process: monitor.
 *
 * Addresses take turns: an address with hundreds in line waits for all of them,
 * and the only request of another comes next but one.  Within an address the
 * first that came is the first.  Every call but one costs O(1).  Nothing here
 * is freed but the queues themselves: what waits belongs to its caller, who
 * embeds a struct waiter.
 */
#ifndef ATOLL_MONITOR_ADMISSION_FAIRQUEUE_H
#define ATOLL_MONITOR_ADMISSION_FAIRQUEUE_H

#include <stdbool.h>
#include <sys/queue.h>

#include "gateway/monitor/admission/address_table.h"

struct waiters_of;

struct waiter {
	TAILQ_ENTRY(waiter) next;
	struct waiters_of *of; /* its address's queue; NULL: it does not wait */
	void *owner;	       /* what it is embedded in */
};

struct fairqueue {
	struct address_table table;
	TAILQ_HEAD(, waiters_of) round; /* whose turn is next is first */
	unsigned count;			/* that wait, from everywhere */
};

/* -1 without memory. */
int fairqueue_init(struct fairqueue *q);
void fairqueue_free(struct fairqueue *q);

/* At the end of its address's queue; -1 without memory. */
int fairqueue_add(struct fairqueue *q, struct waiter *w, void *owner,
    const struct address *from);

/* It does not wait any more; does nothing for one that does not. */
void fairqueue_remove(struct fairqueue *q, struct waiter *w);

/* Take the next one out; NULL when nobody waits. */
void *fairqueue_take(struct fairqueue *q);

/* The same among the addresses whose first one may() says yes to; O(addresses
 * that wait). */
void *fairqueue_take_if(struct fairqueue *q,
    bool (*may)(void *self, const void *owner), void *self);

/* How many wait of that address. */
unsigned fairqueue_count(const struct fairqueue *q, const struct address *from);

#endif
