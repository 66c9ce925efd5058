/*
 * named.h - addresses that sandboxes of a lab reach since they asked for a name.
 */
#ifndef ATOLL_NET_NAMED_H
#define ATOLL_NET_NAMED_H

#include <stdio.h>

#include "gateway/net/net.h"

/* The sets and the rules of a lab that allows names, and their end. */
void named_sets(FILE *to, const struct net_lab *l);
void named_rules(FILE *to, const struct net_lab *l);
void named_no_sets(FILE *to, const struct net_lab *l);

enum named { NAMED_PASSED, NAMED_NEVER, NAMED_FULL, NAMED_FAILED };

/* That address is let through for so many seconds, with the ports of these entries of
 * the lab's names (bit n is entry n), unless none may ever be.  NAMED_FAILED: with
 * e, nftables would not. */
enum named named_pass(struct net *n, struct net_lab *l, uint32_t address,
    uint32_t entries, uint32_t seconds, struct err *e);

#endif
