/*
 * network_overlap.h - does network_range overlap a network of the host's own?
 */
#ifndef ATOLL_BUILDER_NETWORK_OVERLAP_H
#define ATOLL_BUILDER_NETWORK_OVERLAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sandbox/builder/plan.h"

enum overlap {
	OVERLAP_NONE,
	OVERLAP_AROUND, /* a route of the host's leads to more than the range */
	OVERLAP_INSIDE, /* a network of the host's is in the range */
};

/* The route that was found; its text is like "10.213.5.0/24, by its eth1". */
struct network_overlap {
	enum overlap kind;
	char text[64];
};

/* Look for the worst in what /proc/PID/net/route says (proc(5)).  The uplink's own
 * and routes to half of all addresses and more are none. */
void network_overlap_in(FILE *routes, const struct msg_site_plan *site,
    struct network_overlap *to);

/* The same, of the network that the gateway itself is in.  Where that cannot be read,
 * there is none. */
void network_overlap(const struct msg_site_plan *site,
    struct network_overlap *to);

#define OVERLAP_SAYS "%s, a network that this host has"
#define OVERLAP_CURE                                                           \
	"set network_range to a network that this host has nothing of, and"    \
	" restart the service"

#endif
