/*
 * rules.h - what may pass through the router's network namespace: nftables.
 *
 * All sandboxes share a few rules.  Each has one element in a map, by the name of its
 * interface, which no two ever have, and its address, and that leads to chains of its
 * own: its lab's list, and what counts its connections.  So a packet costs one
 * look-up and the list of its own lab, however many sandboxes there are.
 *
 * All text that libnftables is given is made here, of numbers and of names that are
 * made of numbers; of a packet it never sees a byte.
 */
#ifndef ATOLL_NET_RULES_H
#define ATOLL_NET_RULES_H

#include "gateway/net/net.h"

/* Open libnftables.  It needs no file, and no other socket, from then on. */
int rules_open(struct net *n, struct err *e);

/* All rules anew, with those of every seat, in the place of those that are there: at
 * once or not at all. */
int rules_begin(struct net *n, struct err *e);

/* Those of one seat more, and of one that is to go. */
int rules_add(struct net *n, struct net_seat *s, struct err *e);
int rules_remove(struct net *n, struct net_seat *s, struct err *e);

/* The host's addresses are others. */
int rules_own(struct net *n, struct err *e);

#endif
