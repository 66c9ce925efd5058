/* network_inside.c - a sandbox's own end of its network. */
#include "sandbox/builder/network_inside.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "gateway/base/lan.h"
#include "gateway/base/net_range.h"
#include "gateway/base/rtnl.h"
#include "gateway/base/scope.h"
#include "sandbox/builder/fdpass.h"
#include "sandbox/builder/fs/idmap.h"
#include "sandbox/builder/sandbox.h"

uint32_t
network_address(uint32_t range, uint32_t base)
{
	return range + NET_FIRST + (base - IDMAP_FIRST) / IDMAP_COUNT;
}

/* By way of a socket, which needs no /proc. */
int
network_offer(int status, struct err *e)
{
	CLOSES int s = rtnl_open(e);
	CLOSES int netns = s == -1 ? -1 : ioctl(s, SIOCGSKNS);

	if (s == -1)
		return -1;
	if (netns == -1)
		return err_set(e, errno, "network namespace");
	return fdpass_send_netns(status, netns, e);
}

/* The other end of the pair takes what is sent to the gateway, and who has that address
 * is not asked. */
int
network_take(int status, uint32_t address, uint64_t rate, struct err *e)
{
	static const uint8_t mac[6] = NET_MAC;
	CLOSES int s = -1;
	unsigned index;

	if (fdpass_wait_network(status, e) == -1)
		return -1;
	s = rtnl_open(e);
	if (s == -1)
		return -1;
	index = rtnl_index(NET_INSIDE);
	if (index == 0)
		return err_set(e, errno, NET_INSIDE);
	if (rtnl_rate(s, index, rate, e) == -1 || rtnl_up(s, index, e) == -1 ||
	    rtnl_address(s, index, address, 32, e) == -1 ||
	    rtnl_neighbour(s, index, NET_GATEWAY, mac, e) == -1 ||
	    rtnl_route(s, index, 0, 0, NET_GATEWAY, e) == -1)
		return err_wrap(e, NET_INSIDE);
	return 0;
}

/* --- a machine's ----------------------------------------------------------- */

/* The numbers of its interfaces, in the order of its links. */
struct inside {
	int rtnl;
	const struct sandbox *s;
	unsigned index[LAN_NETWORKS_MAX];
};

static int
find_interfaces(struct inside *in, struct err *e)
{
	char name[LAN_NAME_SIZE];

	for (uint32_t i = 0; i < in->s->plan->spec.links.count; i++) {
		snprintf(name, sizeof(name), LAN_INSIDE "%" PRIu32, i);
		in->index[i] = rtnl_index(name);
		if (in->index[i] == 0)
			return err_set(e, errno, "%s", name);
	}
	return 0;
}

static int
bring_up(const struct inside *in, struct err *e)
{
	const struct numbers *links = &in->s->plan->spec.links;

	for (uint32_t i = 0; i < links->count; i++) {
		struct lan_link l = lan_link_unpack(links->at[i]);

		if (rtnl_no_ipv6(in->rtnl, in->index[i], e) == -1 ||
		    rtnl_up(in->rtnl, in->index[i], e) == -1 ||
		    rtnl_address(in->rtnl, in->index[i], l.address, 32, e) ==
			-1)
			return err_wrap(e, LAN_INSIDE "%" PRIu32, i);
	}
	return 0;
}

static int
reach(const struct inside *in, unsigned index, uint32_t address, struct err *e)
{
	uint8_t mac[6];

	lan_mac(address, mac);
	if (rtnl_neighbour(in->rtnl, index, address, mac, e) == -1)
		return -1;
	return rtnl_route(in->rtnl, index, address, 32, 0, e);
}

/* The other machine on each network that both are on. */
static int
reach_machine(const struct inside *in, const struct sandbox *o, struct err *e)
{
	const struct numbers *ours = &in->s->plan->spec.links;
	const struct numbers *theirs = &o->plan->spec.links;

	for (uint32_t i = 0; i < ours->count; i++) {
		uint32_t network = lan_link_unpack(ours->at[i]).network;

		for (uint32_t k = 0; k < theirs->count; k++) {
			struct lan_link l = lan_link_unpack(theirs->at[k]);

			if (l.network == network &&
			    reach(in, in->index[i], l.address, e) == -1)
				return err_wrap(e, "%s", o->plan->spec.machine);
		}
	}
	return 0;
}

static int
reach_all(const struct inside *in, struct err *e)
{
	const struct sandbox *first = sandbox_first(in->s);
	const struct sandbox *o = first;

	for (; o != NULL; o = o == first ? first->others : o->next_machine) {
		if (o != in->s && reach_machine(in, o, e) == -1)
			return -1;
	}
	return 0;
}

/* After those: a router is one of them. */
static int
route_further(const struct inside *in, struct err *e)
{
	const struct numbers *routes = &in->s->plan->spec.routes;

	for (uint32_t i = 0; i < routes->count; i += 2) {
		struct lan_route r = lan_route_unpack(&routes->at[i]);

		if (rtnl_route(in->rtnl, in->index[r.link], r.to, r.bits, r.via,
			e) == -1)
			return -1;
	}
	return 0;
}

int
network_take_lan(int status, const struct sandbox *s, struct err *e)
{
	struct inside in = { .rtnl = -1, .s = s };
	CLOSES int rtnl = -1;

	if (fdpass_wait_network(status, e) == -1)
		return -1;
	rtnl = rtnl_open(e);
	if (rtnl == -1)
		return -1;
	in.rtnl = rtnl;
	if (find_interfaces(&in, e) == -1 || bring_up(&in, e) == -1 ||
	    reach_all(&in, e) == -1)
		return -1;
	return route_further(&in, e);
}
