/*
 * seats.h - the sandboxes that have a network.
 */
#ifndef ATOLL_NET_SEATS_H
#define ATOLL_NET_SEATS_H

#include "gateway/net/net.h"

/* NET_SEAT; -1: it is one that cannot be. */
int seats_add(struct net *n, const struct msg_net_seat *m, struct err *e);

/* NULL: there is none of that number. */
struct net_seat *seats_find(const struct net *n, uint32_t number);

/* It is freed. */
void seats_remove(struct net_seat *s);

#endif
