/* network_inside.c - a sandbox's own end of its network. */
#include "sandbox/builder/network_inside.h"

#include <errno.h>
#include <linux/sockios.h>
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

static int
reach(int rtnl, unsigned index, const struct sandbox *s, struct err *e)
{
	uint32_t address = s->plan->spec.address;
	uint8_t mac[6];

	lan_mac(address, mac);
	if (rtnl_neighbour(rtnl, index, address, mac, e) == -1)
		return -1;
	return rtnl_route(rtnl, index, address, 32, 0, e);
}

static int
reach_all(int rtnl, unsigned index, const struct sandbox *s, struct err *e)
{
	const struct sandbox *first = sandbox_first(s);
	const struct sandbox *o = first;

	for (; o != NULL; o = o == first ? first->others : o->next_machine) {
		if (o != s && reach(rtnl, index, o, e) == -1)
			return err_wrap(e, "%s", o->plan->spec.machine);
	}
	return 0;
}

int
network_take_lan(int status, const struct sandbox *s, struct err *e)
{
	CLOSES int rtnl = -1;
	unsigned index;

	if (fdpass_wait_network(status, e) == -1)
		return -1;
	rtnl = rtnl_open(e);
	if (rtnl == -1)
		return -1;
	index = rtnl_index(LAN_INSIDE);
	if (index == 0)
		return err_set(e, errno, LAN_INSIDE);
	if (rtnl_no_ipv6(rtnl, index, e) == -1 ||
	    rtnl_up(rtnl, index, e) == -1 ||
	    rtnl_address(rtnl, index, s->plan->spec.address, 32, e) == -1 ||
	    reach_all(rtnl, index, s, e) == -1)
		return err_wrap(e, LAN_INSIDE);
	return 0;
}
