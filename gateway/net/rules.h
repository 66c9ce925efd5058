/*
 * rules.h - what may pass through the router's network namespace: nftables.
 *
 * All sandboxes share a few rules, and those of a lab the lab's list.  Each has one
 * element in a map, by the name of its interface, which no two ever have, and its
 * address, and that leads to its lab's; what is counted of it is an element of a set by
 * the same name.  So a packet costs a few look-ups and the list of its own lab, however
 * many sandboxes there are, and one more sandbox costs a few elements and no rule.
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

/* Sets of what was refused.  By interface, counted since the sandbox is there: what was
 * refused, and what was over a limit; */
#define RULES_REFUSED  "refusals"
#define RULES_TOO_FAST "too_fast"
#define RULES_TOO_MANY "too_many"
/* and what of it was noted in the last RULES_NOTED_MINUTES, by address, protocol and,
 * where it has one, port. */
#define RULES_PORTS	    "ports"
#define RULES_OTHERS	    "others"
#define RULES_NOTED_MINUTES 5

/* One element of each of the first three, likewise. */
const char *rules_counts(struct net *n, const struct net_seat *s,
    struct err *e);

/* The set as nft(8) prints it, until the next call; NULL with e. */
const char *rules_list(struct net *n, const char *set, struct err *e);

/* The host's addresses are others; or the resolver is. */
int rules_own(struct net *n, struct err *e);
int rules_resolver(struct net *n, struct err *e);

#endif
