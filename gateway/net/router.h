/*
 * router.h - the kernel's settings of the router's network namespace.
 */
#ifndef ATOLL_NET_ROUTER_H
#define ATOLL_NET_ROUTER_H

#include "gateway/base/err.h"

/* In it, as root: it forwards IPv4 between interfaces whose routes fit the packet's
 * source, and knows no IPv6. */
int router_settings(struct err *e);

/* Can this host do all of it?  In a namespace of its own, which goes with the
 * process. */
int router_trial(struct err *e);

#endif
