/*
 * arrivals.h - so many key exchanges of one address at a time.
 *							Process: monitor.
 *
 * A key exchange takes milliseconds of a processor before a client has said who
 * it is: a flood of connections from one address would take all of it from the
 * logins of others.  So some of an address are served at once, and the rest
 * wait, unserved, until keys are exchanged, a connection ends, or a quarter of
 * a second has gone by: what takes longer waits for the network, and not for a
 * processor.  The bound over all addresses is unauthenticated_max, see limit.h.
 */
#ifndef ATOLL_MONITOR_ADMISSION_ARRIVALS_H
#define ATOLL_MONITOR_ADMISSION_ARRIVALS_H

#include <uv.h>

#include "gateway/monitor/admission/fairqueue.h"
#include "gateway/monitor/admission/limit.h"

/* A client that waits. */
struct arrival {
	struct waiter waiter;
	int client; /* its socket; owned */
	struct address peer;
};

struct arrivals {
	struct fairqueue waiting;
	const struct preauth *preauth; /* who is served and has not logged in */
	uv_timer_t timer;	       /* runs while a client waits */
	void (*serve)(void *self);
	void *self;
};

/* -1 without memory.  serve() is to take those whose turn it is, with
 * arrivals_next(); it is called from a timer while a client waits. */
int arrivals_init(struct arrivals *a, uv_loop_t *loop,
    const struct preauth *preauth, void (*serve)(void *self), void *self);

/* May this one be served at once? */
bool arrivals_may_enter(const struct arrivals *a, const struct address *peer);

/* Have it wait; a copy of its socket is kept.  -1: as many as max wait already,
 * or four fifths of that of its own address, or there is no memory. */
int arrivals_wait(struct arrivals *a, int client, const struct address *peer,
    unsigned max);

/* The client whose turn it is, to be given back with arrival_free(); NULL when
 * none may begin.  One that has hung up is passed over. */
struct arrival *arrivals_next(struct arrivals *a);
void arrival_free(struct arrival *v);

/* Hang up on everybody who waits. */
void arrivals_close(struct arrivals *a);

#endif
