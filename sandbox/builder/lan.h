/*
 * lan.h - the networks of a seat that has several machines.
 *
 * Each is a bridge(8), all in one network namespace that nobody is in and that nothing
 * leads out of.  It learns nothing: what a machine may be sent is by the addresses of
 * its interfaces, whatever it sends.  The namespace belongs to a user namespace of its
 * own: root of no machine can do anything to it, not even with CAP_NET_ADMIN over its
 * own.  What we need ourselves for both ends of a pair comes from owner.h: all user
 * namespaces of a seat have one owner.
 *
 * What is kept of it is a socket that was opened there.  With the last machine and
 * that, the kernel takes all of it away.
 */
#ifndef ATOLL_BUILDER_LAN_H
#define ATOLL_BUILDER_LAN_H

#include "sandbox/builder/builder.h"

/* Make those of a seat, which are first->lan from then on. */
int lan_make(struct sandbox *first, struct err *e);

/* Some lab of these has machines: can this host make a network for them?  One is
 * made, and goes.  -1 with what the host lacks, see LAN_CURE. */
int lan_check(const struct plan_table *t, struct err *e);
#define LAN_CURE                                                               \
	"load the kernel modules bridge and veth, or take machines and "       \
	"network"                                                              \
	" = \"lab\" out of the lab files"

/* The first lab that has machines; NULL: there is none. */
const char *lan_wanted_by(const struct plan_table *t);

/* The child of a machine has handed over its network namespace: it is connected, or
 * refused.  False: what it said is something else. */
bool lan_hear(struct builder *b, struct sandbox *s);

/* Its link of that place has a carrier from now on, or none. */
int lan_set(const struct sandbox *s, uint32_t place, bool is_on, struct err *e);

#endif
