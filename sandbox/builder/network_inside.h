/*
 * network_inside.h - a sandbox's own end of its network.
 */
#ifndef ATOLL_BUILDER_NETWORK_INSIDE_H
#define ATOLL_BUILDER_NETWORK_INSIDE_H

#include <stdint.h>

#include "gateway/base/err.h"

/* The address of a sandbox with these ids. */
uint32_t network_address(uint32_t range, uint32_t base);

/* In the child, which is in its namespace: what it needs before its mounts come, and
 * after; see network.h. */
int network_offer(int status, struct err *e);
int network_take(int status, uint32_t address, uint64_t rate, struct err *e);

/* The same after it was connected to the networks of its seat, see lan.h: it reaches
 * the other machines, some by way of others, and asks nobody where they are.  The
 * kernel has room for few answers to that, in one table for all of the host, which a
 * student would fill. */
struct sandbox;
int network_take_lan(int status, const struct sandbox *s, struct err *e);

#endif
