/* network_check.h - can this host give sandboxes a network, where labs have one? */
#ifndef ATOLL_BUILDER_HOSTCHECK_NETWORK_CHECK_H
#define ATOLL_BUILDER_HOSTCHECK_NETWORK_CHECK_H

#include "sandbox/builder/hostcheck/host_rows.h"
#include "sandbox/builder/plan.h"

/* Tries what atoll-net does, in a namespace that goes with the trial. */
void network_host_check(const struct plan_table *t, struct host_rows *f);

/* The same of the network of a seat that has several machines. */
void machines_host_check(const struct plan_table *t, struct host_rows *f);

#endif
