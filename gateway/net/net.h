/*
 * net.h - atoll-net's one context.			Process: net.
 *
 *	host					router's namespace
 *	network_uplink  <---- a pair ---->	"uplink"
 *	  range + 1 (the site's to set)		  range + 2
 *						"s7"  <-- a pair -->  "eth0" of a
 *						  no address	      sandbox
 *
 *	main.c		what is done as root
 *	serve.c		the loop, and what the builder says
 *	seats.c		the sandboxes that have a network
 *	links.c		interfaces and routes
 *	rules.c		what may pass: nftables
 *	jail.c		what is given up
 *	router.c	the kernel's settings, and can this host do it?
 */
#ifndef ATOLL_NET_NET_H
#define ATOLL_NET_NET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "gateway/base/egress.h"
#include "gateway/wire/chan.h"

#define NET_UPLINK "uplink" /* our end */

/* A sandbox that has a network, or is to get one. */
struct net_seat {
	uint32_t number; /* its interface is "s" and this */
	uint32_t address;
	uint64_t rate;
	uint32_t connections, new_per_second;
	struct egress allow[EGRESS_MAX];
	unsigned allow_count;
	bool has_rules;
	LIST_ENTRY(net_seat) all;
};
LIST_HEAD(net_seats, net_seat);

/* Addresses of the host, which no sandbox reaches.  A host that has more gets no
 * networks: none of them may be forgotten. */
#define NET_OWN_MAX 4096
struct net_own {
	uint32_t address[NET_OWN_MAX];
	size_t count;
};

struct nft_ctx;

struct net {
	struct chan builder;
	int rtnl;
	struct nft_ctx *nft;
	char uplink[16]; /* what the host calls its end */
	uint32_t range;
	uint32_t host_pid; /* 0: NET_SITE has not come */
	bool has_begun;	   /* the rules are in force */
	struct net_own own;
	struct net_seats seats;
};

#endif
