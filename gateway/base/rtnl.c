/* rtnl.c - links, addresses and routes, as rtnetlink(7) has them. */
#include "gateway/base/rtnl.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/scope.h"

#define ROOM 1024

struct request {
	union {
		struct nlmsghdr head;
		uint8_t room[ROOM];
	};
};

int
rtnl_open(struct err *e)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	const int is_on = 1;

	if (fd == -1)
		return err_set(e, errno, "rtnetlink");
	/* What is asked of another namespace is not to be answered of ours. */
	if (setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &is_on,
		sizeof(is_on)) == -1) {
		err_set(e, errno, "NETLINK_GET_STRICT_CHK");
		close(fd);
		return -1;
	}
	return fd;
}

unsigned
rtnl_index(const char *name)
{
	CLOSES int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq r = { .ifr_ifindex = 0 };

	if (s == -1)
		return 0;
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	return ioctl(s, SIOCGIFINDEX, &r) == -1 ? 0 : (unsigned)r.ifr_ifindex;
}

/* --- what a request is made of ------------------------------------------- */

/* Room for size bytes at its end. */
static void *
grow(struct request *r, size_t size)
{
	size_t at = NLMSG_ALIGN(r->head.nlmsg_len);

	assert(at + size <= ROOM); /* all of them are ours, and short */
	r->head.nlmsg_len = (uint32_t)(at + size);
	return r->room + at;
}

static void
begin(struct request *r, int type, int flags, const void *body, size_t size)
{
	memset(r, 0, sizeof(*r));
	r->head.nlmsg_len = NLMSG_HDRLEN;
	r->head.nlmsg_type = (uint16_t)type;
	r->head.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	memcpy(grow(r, size), body, size);
}

static void
put(struct request *r, int type, const void *value, size_t size)
{
	struct rtattr *a = grow(r, RTA_LENGTH(size));

	a->rta_type = (uint16_t)type;
	a->rta_len = (uint16_t)RTA_LENGTH(size);
	if (size != 0)
		memcpy(RTA_DATA(a), value, size);
}

static void
put_text(struct request *r, int type, const char *text)
{
	put(r, type, text, strlen(text) + 1);
}

static void
put_u32(struct request *r, int type, uint32_t value)
{
	put(r, type, &value, sizeof(value));
}

static void
put_address(struct request *r, int type, uint32_t address)
{
	put_u32(r, type, htonl(address));
}

/* What is put until close_nest() is inside of it. */
static size_t
open_nest(struct request *r, int type)
{
	size_t at = NLMSG_ALIGN(r->head.nlmsg_len);

	put(r, type, NULL, 0);
	return at;
}

static void
close_nest(struct request *r, size_t at)
{
	struct rtattr *a = (struct rtattr *)(void *)(r->room + at);

	a->rta_len = (uint16_t)(r->head.nlmsg_len - at);
}

/* Send it, and wait for the kernel's answer. */
static int
ask(int fd, struct request *r, const char *what, struct err *e)
{
	struct request got;
	const struct nlmsgerr *said;
	ssize_t n;

	r->head.nlmsg_flags |= NLM_F_ACK;
	if (send(fd, r, r->head.nlmsg_len, 0) == -1)
		return err_set(e, errno, "%s", what);
	do {
		n = recv(fd, &got, sizeof(got), 0);
		if (n < (ssize_t)NLMSG_HDRLEN)
			return err_set(e, n == -1 ? errno : EBADMSG, "%s",
			    what);
	} while (got.head.nlmsg_type != NLMSG_ERROR);
	said = NLMSG_DATA(&got.head);
	return said->error == 0 ? 0 : err_set(e, -said->error, "%s", what);
}

/* --- links ---------------------------------------------------------------- */

/* The kernel has no pair yet when the peer is born, which so cannot be up. */
static struct ifinfomsg
link_flags(const struct rtnl_pair *p, unsigned more)
{
	struct ifinfomsg i = { .ifi_flags = more };

	if (p->has_no_arp)
		i.ifi_flags |= IFF_NOARP;
	i.ifi_change = i.ifi_flags;
	return i;
}

static void
put_peer(struct request *r, const struct rtnl_pair *p)
{
	const struct ifinfomsg i = link_flags(p, 0);
	size_t peer = open_nest(r, VETH_INFO_PEER);

	memcpy(grow(r, sizeof(i)), &i, sizeof(i));
	put_text(r, IFLA_IFNAME, p->peer);
	if (p->peer_mac != NULL || p->mac != NULL)
		put(r, IFLA_ADDRESS, p->peer_mac != NULL ? p->peer_mac : p->mac,
		    6);
	if (p->peer_pid != 0)
		put_u32(r, IFLA_NET_NS_PID, p->peer_pid);
	else if (p->peer_netns != -1)
		put_u32(r, IFLA_NET_NS_FD, (uint32_t)p->peer_netns);
	close_nest(r, peer);
}

int
rtnl_pair(int fd, const struct rtnl_pair *p, struct err *e)
{
	struct ifinfomsg i = link_flags(p, IFF_UP);
	size_t info, data;
	struct request r;

	i.ifi_index = (int)p->index;
	begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &i, sizeof(i));
	put_text(&r, IFLA_IFNAME, p->name);
	if (p->mac != NULL)
		put(&r, IFLA_ADDRESS, p->mac, 6);
	if (p->master != 0)
		put_u32(&r, IFLA_MASTER, p->master);
	info = open_nest(&r, IFLA_LINKINFO);
	put_text(&r, IFLA_INFO_KIND, "veth");
	data = open_nest(&r, IFLA_INFO_DATA);
	put_peer(&r, p);
	close_nest(&r, data);
	close_nest(&r, info);
	return ask(fd, &r, "pair of interfaces", e);
}

int
rtnl_bridge(int fd, unsigned index, const char *name, struct err *e)
{
	const struct ifinfomsg i = { .ifi_index = (int)index };
	const uint8_t off = 0;
	struct request r;
	size_t info, data;

	begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &i, sizeof(i));
	put_text(&r, IFLA_IFNAME, name);
	info = open_nest(&r, IFLA_LINKINFO);
	put_text(&r, IFLA_INFO_KIND, "bridge");
	data = open_nest(&r, IFLA_INFO_DATA);
	put(&r, IFLA_BR_MCAST_SNOOPING, &off, sizeof(off));
	close_nest(&r, data);
	close_nest(&r, info);
	if (ask(fd, &r, "bridge", e) == -1 || rtnl_no_ipv6(fd, index, e) == -1)
		return -1;
	return rtnl_up(fd, index, e);
}

/* Neither addresses nor where they are: what is for one that has no port is dropped. */
static int
learn_nothing(int fd, unsigned index, struct err *e)
{
	const struct ifinfomsg i = { .ifi_family = AF_BRIDGE,
		.ifi_index = (int)index };
	const uint8_t off = 0;
	struct request r;
	size_t port;

	begin(&r, RTM_SETLINK, 0, &i, sizeof(i));
	port = open_nest(&r, IFLA_PROTINFO | NLA_F_NESTED);
	put(&r, IFLA_BRPORT_LEARNING, &off, sizeof(off));
	put(&r, IFLA_BRPORT_UNICAST_FLOOD, &off, sizeof(off));
	close_nest(&r, port);
	return ask(fd, &r, "port of a bridge", e);
}

int
rtnl_port(int fd, unsigned index, const uint8_t mac[6], struct err *e)
{
	/* The master's entry, which no frame moves. */
	const struct ndmsg n = { .ndm_family = AF_BRIDGE,
		.ndm_ifindex = (int)index,
		.ndm_flags = NTF_MASTER,
		.ndm_state = NUD_NOARP };
	struct request r;

	if (learn_nothing(fd, index, e) == -1)
		return -1;
	begin(&r, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &n, sizeof(n));
	put(&r, NDA_LLADDR, mac, 6);
	return ask(fd, &r, "address of a bridge's port", e);
}

/* A kernel without IPv6 knows nothing of it. */
int
rtnl_no_ipv6(int fd, unsigned index, struct err *e)
{
	const struct ifinfomsg i = { .ifi_index = (int)index };
	const uint8_t none = IN6_ADDR_GEN_MODE_NONE;
	struct request r;
	size_t spec, inet6;

	begin(&r, RTM_SETLINK, 0, &i, sizeof(i));
	spec = open_nest(&r, IFLA_AF_SPEC);
	inet6 = open_nest(&r, AF_INET6);
	put(&r, IFLA_INET6_ADDR_GEN_MODE, &none, sizeof(none));
	close_nest(&r, inet6);
	close_nest(&r, spec);
	if (ask(fd, &r, "IPv6", e) == 0 || e->code == EAFNOSUPPORT)
		return 0;
	return -1;
}

static int
set_link(int fd, unsigned index, unsigned flags, const char *what,
    struct err *e)
{
	const struct ifinfomsg i = { .ifi_index = (int)index,
		.ifi_flags = flags,
		.ifi_change = IFF_UP };
	struct request r;

	begin(&r, RTM_NEWLINK, 0, &i, sizeof(i));
	return ask(fd, &r, what, e);
}

int
rtnl_up(int fd, unsigned index, struct err *e)
{
	return set_link(fd, index, IFF_UP, "link up", e);
}

int
rtnl_down(int fd, unsigned index, struct err *e)
{
	return set_link(fd, index, 0, "link down", e);
}

/* --- addresses and routes ------------------------------------------------- */

int
rtnl_address(int fd, unsigned index, uint32_t address, unsigned bits,
    struct err *e)
{
	const struct ifaddrmsg a = { .ifa_family = AF_INET,
		.ifa_prefixlen = (uint8_t)bits,
		.ifa_index = index };
	struct request r;

	begin(&r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &a, sizeof(a));
	put_address(&r, IFA_LOCAL, address);
	put_address(&r, IFA_ADDRESS, address);
	return ask(fd, &r, "address", e);
}

int
rtnl_route(int fd, unsigned index, uint32_t to, unsigned bits, uint32_t gateway,
    struct err *e)
{
	const struct rtmsg m = { .rtm_family = AF_INET,
		.rtm_dst_len = (uint8_t)bits,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = gateway == 0 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
		/* The gateway need not be of a network of ours. */
		.rtm_flags = gateway == 0 ? 0 : RTNH_F_ONLINK };
	struct request r;

	begin(&r, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &m, sizeof(m));
	if (bits != 0)
		put_address(&r, RTA_DST, to);
	if (gateway != 0)
		put_address(&r, RTA_GATEWAY, gateway);
	put_u32(&r, RTA_OIF, index);
	return ask(fd, &r, "route", e);
}

int
rtnl_neighbour(int fd, unsigned index, uint32_t address, const uint8_t mac[6],
    struct err *e)
{
	const struct ndmsg n = { .ndm_family = AF_INET,
		.ndm_ifindex = (int)index,
		.ndm_state = NUD_PERMANENT };
	struct request r;

	begin(&r, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &n, sizeof(n));
	put_address(&r, NDA_DST, address);
	put(&r, NDA_LLADDR, mac, 6);
	return ask(fd, &r, "neighbour", e);
}

/* --- rates ---------------------------------------------------------------- */

#define BURST_MIN (128U << 10) /* two packets as large as they can be */
#define QUEUE_MIN (256U << 10)

/* tc-tbf(8): 20 ms at once, and 100 ms that wait. */
int
rtnl_rate(int fd, unsigned index, uint64_t rate, struct err *e)
{
	const struct tcmsg t = { .tcm_family = AF_UNSPEC,
		.tcm_ifindex = (int)index,
		.tcm_parent = TC_H_ROOT,
		.tcm_handle = 0x10000 };
	const uint32_t bytes = rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate;
	const uint32_t burst = bytes / 50 > BURST_MIN ? bytes / 50 : BURST_MIN;
	const struct tc_tbf_qopt o = { .rate.rate = bytes,
		.rate.linklayer = TC_LINKLAYER_ETHERNET,
		.limit = bytes / 10 > QUEUE_MIN ? bytes / 10 : QUEUE_MIN };
	struct request r;
	size_t options;

	begin(&r, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, &t, sizeof(t));
	put_text(&r, TCA_KIND, "tbf");
	options = open_nest(&r, TCA_OPTIONS);
	put(&r, TCA_TBF_PARMS, &o, sizeof(o));
	put_u32(&r, TCA_TBF_BURST, burst);
	close_nest(&r, options);
	return ask(fd, &r, "rate (tbf)", e);
}

/* From what the kernel says of a queue. */
static void
read_dropped(struct nlmsghdr *h, uint64_t *count)
{
	struct tcmsg *t = NLMSG_DATA(h);
	struct rtattr *a = TCA_RTA(t);
	int left = (int)TCA_PAYLOAD(h);
	struct tc_stats stats;

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type != TCA_STATS || RTA_PAYLOAD(a) < sizeof(stats))
			continue;
		memcpy(&stats, RTA_DATA(a), sizeof(stats));
		*count = stats.drops;
	}
}

int
rtnl_dropped(int fd, unsigned index, uint64_t *count, struct err *e)
{
	const struct tcmsg t = { .tcm_family = AF_UNSPEC,
		.tcm_ifindex = (int)index,
		.tcm_parent = TC_H_ROOT };
	struct request r, got;
	ssize_t n;

	*count = 0;
	begin(&r, RTM_GETQDISC, NLM_F_ECHO | NLM_F_ACK, &t, sizeof(t));
	if (send(fd, &r, r.head.nlmsg_len, 0) == -1)
		return err_set(e, errno, "queue");
	do {
		n = recv(fd, &got, sizeof(got), 0);
		if (n < (ssize_t)NLMSG_HDRLEN)
			return err_set(e, n == -1 ? errno : EBADMSG, "queue");
		if (got.head.nlmsg_type == RTM_NEWQDISC &&
		    NLMSG_OK(&got.head, n))
			read_dropped(&got.head, count);
	} while (got.head.nlmsg_type != NLMSG_ERROR);
	return 0;
}

/* --- addresses of another namespace --------------------------------------- */

/* The number by which ours knows it; it gets one when it has none. */
static int
netns_number(int fd, uint32_t pid, int32_t *number, struct err *e)
{
	const struct rtgenmsg g = { .rtgen_family = AF_UNSPEC };
	const int32_t any = -1;
	struct request r, got;
	ssize_t n;

	begin(&r, RTM_NEWNSID, 0, &g, sizeof(g));
	put_u32(&r, NETNSA_PID, pid);
	put(&r, NETNSA_NSID, &any, sizeof(any));
	if (ask(fd, &r, "number of the host's network", e) == -1 &&
	    e->code != EEXIST)
		return -1;
	begin(&r, RTM_GETNSID, 0, &g, sizeof(g));
	put_u32(&r, NETNSA_PID, pid);
	if (send(fd, &r, r.head.nlmsg_len, 0) == -1)
		return err_set(e, errno, "number of the host's network");
	n = recv(fd, &got, sizeof(got), 0);
	if (n < (ssize_t)(NLMSG_SPACE(sizeof(g)) + RTA_LENGTH(4)) ||
	    got.head.nlmsg_type != RTM_NEWNSID)
		return err_set(e, EBADMSG, "number of the host's network");
	memcpy(number, got.room + NLMSG_SPACE(sizeof(g)) + RTA_LENGTH(0), 4);
	return 0;
}

/* One address of a dump; false: it is none of ours. */
static bool
read_address(const struct nlmsghdr *h, uint32_t *address)
{
	struct rtattr *a = IFA_RTA((struct ifaddrmsg *)NLMSG_DATA(h));
	int left = (int)IFA_PAYLOAD(h);

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type != IFA_LOCAL || RTA_PAYLOAD(a) != 4)
			continue;
		memcpy(address, RTA_DATA(a), 4);
		*address = ntohl(*address);
		return true;
	}
	return false;
}

int
rtnl_addresses_of(int fd, uint32_t pid, uint32_t *to, size_t max, struct err *e)
{
	const struct ifaddrmsg all = { .ifa_family = AF_INET };
	_Alignas(struct nlmsghdr) static uint8_t room[16384];
	struct request r;
	uint32_t address;
	int32_t number;
	size_t count = 0;

	if (netns_number(fd, pid, &number, e) == -1)
		return -1;
	begin(&r, RTM_GETADDR, NLM_F_DUMP, &all, sizeof(all));
	put(&r, IFA_TARGET_NETNSID, &number, sizeof(number));
	if (send(fd, &r, r.head.nlmsg_len, 0) == -1)
		return err_set(e, errno, "addresses of the host");
	for (;;) {
		ssize_t n = recv(fd, room, sizeof(room), 0);
		struct nlmsghdr *h = (struct nlmsghdr *)(void *)room;

		if (n <= 0)
			return err_set(e, errno, "addresses of the host");
		for (; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
			if (h->nlmsg_type == NLMSG_DONE && count > max)
				return err_set(e, E2BIG,
				    "the host has more than %zu addresses",
				    max);
			if (h->nlmsg_type == NLMSG_DONE)
				return (int)count;
			if (h->nlmsg_type != RTM_NEWADDR)
				return err_set(e, EBADMSG,
				    "addresses of the host");
			if (!read_address(h, &address))
				continue;
			if (count < max)
				to[count] = address;
			count++; /* to the end, so that nothing is left to read */
		}
	}
}
