/*
 * rtnl.h - links, addresses and routes, as rtnetlink(7) has them.
 *
 * For who makes both ends of a sandbox's network: the process that has the outer
 * end, and the sandbox's own first process, which may link no library.  Every call
 * is one request and its answer; descriptors are of rtnl_open(), which is a socket
 * of the network namespace that its caller is in.
 *
 * IPv4 addresses are in the host's byte order.  -1: e->code is the kernel's errno.
 */
#ifndef ATOLL_BASE_RTNL_H
#define ATOLL_BASE_RTNL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/err.h"

/* Close it. */
int rtnl_open(struct err *e);

/* The number of an interface of ours; 0 with errno: there is none. */
unsigned rtnl_index(const char *name);

/* One end of a pair (veth(4)), or both. */
struct rtnl_pair {
	const char *name, *peer;
	int peer_netns; /* where the peer is born: a descriptor (-1: here), */
	uint32_t peer_pid;  /* or where this process is; 0: see peer_netns */
	const uint8_t *mac; /* of both; NULL: the kernel's choice */
	const uint8_t *peer_mac; /* of the peer; NULL: as mac says */
	bool has_no_arp;	 /* neither end asks who has an address */
	unsigned master;	 /* the bridge that our end is of; 0: none */
	unsigned index; /* the number of our end; 0: the kernel's choice */
};

/* Make it; our end is up, and the peer is not. */
int rtnl_pair(int fd, const struct rtnl_pair *p, struct err *e);

/* A bridge(8) of that number, up; it reads no multicast. */
int rtnl_bridge(int fd, unsigned index, const char *name, struct err *e);

/* The port of that number of a bridge leads to that address and to no other, whatever
 * comes from there.  A bridge that learned would keep an entry for each address that
 * somebody invents, in memory that nobody is charged for. */
int rtnl_port(int fd, unsigned index, const uint8_t mac[6], struct err *e);

/* One that is not up: it will give itself no IPv6 address. */
int rtnl_no_ipv6(int fd, unsigned index, struct err *e);

/* Bring a link up, or down: the other end of a pair has no carrier then. */
int rtnl_up(int fd, unsigned index, struct err *e);
int rtnl_down(int fd, unsigned index, struct err *e);

/* The address of an interface.  One that is there already is well. */
int rtnl_address(int fd, unsigned index, uint32_t address, unsigned bits,
    struct err *e);

/* A route to that network (0 bits: to everywhere), by way of gateway, or with 0
 * straight to the interface; in the place of one that is there. */
int rtnl_route(int fd, unsigned index, uint32_t to, unsigned bits,
    uint32_t gateway, struct err *e);

/* Who has an address there, for good: nobody is asked. */
int rtnl_neighbour(int fd, unsigned index, uint32_t address,
    const uint8_t mac[6], struct err *e);

/* What is sent there is no more than that: bytes a second. */
int rtnl_rate(int fd, unsigned index, uint64_t rate, struct err *e);

/* How many packets that queue has dropped since it was made. */
int rtnl_dropped(int fd, unsigned index, uint64_t *count, struct err *e);

/* The IPv4 addresses of the network namespace in which that process is, How many
 * there are, or -1; more than max are an error, with e->code E2BIG. */
int rtnl_addresses_of(int fd, uint32_t pid, uint32_t *to, size_t max,
    struct err *e);

#endif
