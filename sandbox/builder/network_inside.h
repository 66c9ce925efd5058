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

#endif
