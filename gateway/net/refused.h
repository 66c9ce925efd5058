/*
 * refused.h - what the sandboxes were refused.
 *
 * The kernel counts and notes it, see rules.c; nobody reads that before it is asked
 * for.  It is read for all at once, and seldom: however often students ask, builds go
 * on.
 */
#ifndef ATOLL_NET_REFUSED_H
#define ATOLL_NET_REFUSED_H

#include "gateway/net/net.h"

/* NET_REFUSALS_GET. */
int refused_ask(struct net *n, uint32_t number, struct err *e);

/* It ends: NET_ENDED, if it was refused anything.  What cannot be read is left out. */
int refused_in_all(struct net *n, const struct net_seat *s, const char *lab,
    struct err *e);

/* It ends, and nobody waits for that any more. */
void refused_forget(struct net *n, struct net_seat *s);

/* Milliseconds until refused_answer() has something to do; -1: nobody has asked. */
int refused_wait(const struct net *n);

/* NET_REFUSALS for each that was asked for, if it is time. */
int refused_answer(struct net *n, struct err *e);

#endif
