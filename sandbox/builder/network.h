/*
 * network.h - atoll-net, and the sandboxes that get a network from it.
 *
 * Only where a lab has one: network = "none" comes here with nothing.
 *
 *	child				builder			atoll-net
 *	its namespace, empty	----->	NET_SEAT, NET_PAIR ---->  a pair, rules
 *	mounts ...
 *	address, route		<-----	word		<-----	NET_READY
 *
 * The router's namespace is kept here, with all that is in it: when atoll-net is
 * gone, what it made goes on, and the next one is told what there is.
 */
#ifndef ATOLL_BUILDER_NETWORK_H
#define ATOLL_BUILDER_NETWORK_H

#include "sandbox/builder/builder.h"

void network_init(struct network *n);

/* Some lab of these has a network: can this host give it one?  -1 with what is wrong,
 * and what to do. */
int network_check(const struct builder *b, const struct plan_table *t,
    const char **cure, struct err *e);

/* These plans are in force now: atoll-net is started, or ends. */
void network_reloaded(struct builder *b);

/* The child has handed over its namespace, and the sandbox waits for its interface.
 * False: what it said is something else. */
bool network_hear(struct builder *b, struct sandbox *s);

/* Its child is dead: what it said of it is of no use. */
void network_drop(struct sandbox *s);

/* It ends: nothing of it stays in the router. */
void network_leave(struct builder *b, struct sandbox *s);

/* REFUSALS_GET. */
void network_refusals(struct builder *b, const struct msg *asked);

/* What atoll-net says, or its end; and the time to start it anew. */
void on_network(struct builder *b);
void on_network_timer(struct builder *b);

#endif
