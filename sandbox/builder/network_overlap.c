/* network_overlap.c - does network_range overlap a network of the host's own? */
#include "sandbox/builder/network_overlap.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/scope.h"

#define BITS_MIN 8 /* shorter ones lead to everywhere, as a VPN's halves do */

struct route {
	char interface[16];
	uint32_t network; /* in the host's byte order */
	unsigned bits;
};

/* False: it is none, such as the line above them. */
static bool
read_route(const char *line, struct route *to)
{
	uint32_t network, mask;

	if (sscanf(line, "%15s %8" SCNx32 " %*8x %*8x %*d %*d %*d %8" SCNx32,
		to->interface, &network, &mask) != 3)
		return false;
	to->network = ntohl(network);
	mask = ntohl(mask);
	to->bits = 0;
	while (to->bits < 32 && (mask & UINT32_C(0x80000000) >> to->bits) != 0)
		to->bits++;
	return true;
}

static enum overlap
overlap_of(const struct route *r, const struct msg_site_plan *site)
{
	unsigned least =
	    r->bits < site->network_bits ? r->bits : site->network_bits;

	if (r->bits < BITS_MIN || least == 0 || least > 32 ||
	    strcmp(r->interface, site->network_uplink) == 0 ||
	    (r->network ^ site->network_range) >> (32 - least) != 0)
		return OVERLAP_NONE;
	return r->bits < site->network_bits ? OVERLAP_AROUND : OVERLAP_INSIDE;
}

void
network_overlap_in(FILE *routes, const struct msg_site_plan *site,
    struct network_overlap *to)
{
	char line[256];
	struct route r;

	*to = (struct network_overlap){ .kind = OVERLAP_NONE };
	while (fgets(line, sizeof(line), routes) != NULL) {
		enum overlap kind =
		    read_route(line, &r) ? overlap_of(&r, site) : OVERLAP_NONE;

		if (kind <= to->kind)
			continue;
		to->kind = kind;
		snprintf(to->text, sizeof(to->text),
		    "%u.%u.%u.%u/%u, by its %s", r.network >> 24,
		    r.network >> 16 & 0xff, r.network >> 8 & 0xff,
		    r.network & 0xff, r.bits, r.interface);
	}
}

/* Ours is empty; our parent is in the host's. */
void
network_overlap(const struct msg_site_plan *site, struct network_overlap *to)
{
	char path[64];
	FILE *routes;

	*to = (struct network_overlap){ .kind = OVERLAP_NONE };
	snprintf(path, sizeof(path), "/proc/%d/net/route", (int)getppid());
	routes = fopen(path, "re");
	if (routes == NULL)
		return;
	network_overlap_in(routes, site, to);
	fclose(routes);
}
