/*
 * labs.h - what sandboxes of one lab share: its list, and the rules made of it.
 */
#ifndef ATOLL_NET_LABS_H
#define ATOLL_NET_LABS_H

#include "gateway/net/net.h"

/* Rules of so many labs are kept that nobody is in. */
#define LABS_UNUSED_MAX 32

/* The one that is like this, with one user more; made if it is not there.  NULL: there
 * is no memory. */
struct net_lab *labs_take(struct net *n, const struct net_lab *like);
void labs_release(struct net_lab *l);

/* How many have no user, but rules; and forget them, whose rules are gone. */
unsigned labs_unused(const struct net *n);
void labs_forget_unused(struct net *n);

#endif
