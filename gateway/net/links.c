/* links.c - interfaces and routes of the router's network namespace. */
#include "gateway/net/links.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/net_range.h"
#include "gateway/base/rtnl.h"

static const uint8_t mac[6] = NET_MAC;

void
link_name(uint32_t number, char to[LINK_NAME_SIZE])
{
	snprintf(to, LINK_NAME_SIZE, "s%" PRIu32, number);
}

int
links_uplink(struct net *n, struct err *e)
{
	const struct rtnl_pair pair = { .name = NET_UPLINK,
		.peer = n->uplink,
		.peer_pid = n->host_pid };
	unsigned index = rtnl_index(NET_UPLINK);

	if (index != 0)
		return 0;
	if (rtnl_pair(n->rtnl, &pair, e) == -1) {
		if (e->code == EEXIST)
			return err_set(e, EEXIST,
			    "the host has an interface %s already: remove it,"
			    " or set another network_uplink",
			    n->uplink);
		return err_wrap(e, "uplink %s", n->uplink);
	}
	index = rtnl_index(NET_UPLINK);
	if (rtnl_address(n->rtnl, index, n->range + NET_ROUTER, NET_UPLINK_BITS,
		e) == -1 ||
	    rtnl_route(n->rtnl, index, 0, 0, n->range + NET_HOST, e) == -1)
		return err_wrap(e, "uplink %s", n->uplink);
	return 0;
}

int
links_gateway(struct net *n, struct err *e)
{
	unsigned index = rtnl_index("lo");

	if (index == 0)
		return err_set(e, errno, "lo");
	if (rtnl_up(n->rtnl, index, e) == -1 ||
	    rtnl_address(n->rtnl, index, NET_GATEWAY, 32, e) == -1)
		return err_wrap(e, "lo");
	return 0;
}

int
links_pair(struct net *n, const struct net_seat *s, int netns, struct err *e)
{
	char name[LINK_NAME_SIZE];
	const struct rtnl_pair pair = { .name = name,
		.peer = NET_INSIDE,
		.peer_netns = netns,
		.mac = mac,
		.has_no_arp = true };
	unsigned index;

	link_name(s->number, name);
	if (rtnl_pair(n->rtnl, &pair, e) == -1 && e->code != EEXIST)
		return -1;
	index = rtnl_index(name);
	/* The queue first: nothing is ever sent without. */
	if (rtnl_rate(n->rtnl, index, s->rate, e) == -1 ||
	    rtnl_neighbour(n->rtnl, index, s->address, mac, e) == -1 ||
	    rtnl_route(n->rtnl, index, s->address, 32, 0, e) == -1)
		return err_wrap(e, "%s", name);
	return 0;
}

int
links_own_changed(struct net *n, struct err *e)
{
	struct net_own now = { .count = 0 };
	int count = rtnl_addresses_of(n->rtnl, n->host_pid, now.address,
	    NET_OWN_MAX, e);

	if (count == -1)
		return -1;
	now.count = (size_t)count;
	if (now.count == n->own.count &&
	    memcmp(now.address, n->own.address,
		now.count * sizeof(now.address[0])) == 0)
		return 0;
	n->own = now;
	return 1;
}
