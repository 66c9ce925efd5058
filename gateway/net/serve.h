/*
 * serve.h - the loop of atoll-net, and what the builder says.
 */
#ifndef ATOLL_NET_SERVE_H
#define ATOLL_NET_SERVE_H

#include "gateway/net/net.h"

/* Until the builder is gone: 0.  -1: it, or the kernel, said what cannot be. */
int net_serve(struct net *n, struct err *e);

#endif
