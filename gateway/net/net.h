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
 *	labs.c		what those of one lab share
 *	refused.c	what they were refused
 *	nftlist.c	as nft(8) prints it
 *	names.c		atoll-names, which answers their questions
 *	named.c		what was found behind names
 *	links.c		interfaces and routes
 *	rules.c		what may pass: nftables
 *	command.c	texts for that
 *	jail.c		what is given up
 *	router.c	the kernel's settings, and can this host do it?
 */
#ifndef ATOLL_NET_NET_H
#define ATOLL_NET_NET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "gateway/base/egress.h"
#include "gateway/base/egress_name.h"
#include "gateway/wire/chan.h"

#define NET_UPLINK "uplink" /* our end */

/* What is behind a name of a lab's, and let through. */
#define NAMED_MAX 256 /* of a lab */
struct net_named {
	uint32_t address;
	uint16_t port;	  /* 0: all */
	int64_t until_ms; /* past: there is none here */
};

/* What sandboxes of a lab share: they have the same list and limits. */
struct net_lab {
	uint32_t number; /* its chains are "lab" and this, and so on */
	uint32_t connections, new_per_second;
	struct egress allow[EGRESS_MAX];
	unsigned allow_count;
	struct egress_name names[EGRESS_MAX];
	unsigned name_count;
	struct net_named named[NAMED_MAX];
	unsigned users; /* sandboxes */
	bool has_rules;
	LIST_ENTRY(net_lab) all;
};
LIST_HEAD(net_labs, net_lab);

/* A name that a sandbox asked for in vain. */
struct net_trouble {
	enum name_trouble what;
	char name[HOST_NAME_SIZE];
	uint32_t times; /* 0: there is none here */
	int64_t at_ms;	/* the last time */
};

/* A sandbox that has a network, or is to get one. */
struct net_seat {
	uint32_t number; /* its interface is "s" and this */
	uint32_t address;
	uint64_t rate;
	struct net_lab *lab;
	bool has_rules;
	struct net_trouble troubles[NAME_TROUBLES_TOLD];
	struct net_refused *refused; /* the builder waits for it; or NULL */
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
struct net_refused;

struct net {
	struct chan builder, names; /* the latter's fd may be -1 */
	int rtnl;
	struct nft_ctx *nft;
	char uplink[16]; /* what the host calls its end */
	uint32_t range;
	uint32_t resolver; /* 0: there is none */
	uint32_t host_pid; /* 0: NET_SITE has not come */
	bool has_begun;	   /* the rules are in force */
	struct net_own own;
	struct net_seats seats;
	struct net_labs labs;
	uint32_t lab_numbers; /* the last one that was given */
	int64_t refused_ms;   /* when NET_REFUSALS was said last, */
	unsigned asked;	      /* and for how many it is to be said */
};

#endif
