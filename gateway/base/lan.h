/*
 * lan.h - the networks of a seat that has several machines.
 *
 * They are the seat's own, and lead nowhere: so each seat has the same addresses, as
 * the lab file says or by the places of the machines there.
 */
#ifndef ATOLL_BASE_LAN_H
#define ATOLL_BASE_LAN_H

#include <stdint.h>

#define LAN_NETWORKS_MAX 4 /* of a lab, and so of a machine */

#define LAN_FIRST   11 /* of the first machine's address, where it says none, */
#define LAN_DEFAULT 0x0a000000U /* in 10.0.0.0/24, where the lab says none */

/* An interface of a machine. */
struct lan_link {
	uint32_t address;
	uint32_t network; /* its place in the lab file */
	uint32_t bits;	  /* of that network; 0: it is the only one */
};

/* A network that a machine is not on. */
struct lan_route {
	uint32_t to, bits;
	uint32_t via;  /* a machine that is a router, on a network of ours: */
	uint32_t link; /* by this interface */
};

/* As numbers of a message: a link is one, and a route two. */
static inline uint64_t
lan_link_pack(const struct lan_link *l)
{
	return (uint64_t)l->network << 40 | (uint64_t)l->bits << 32 |
	       l->address;
}

static inline struct lan_link
lan_link_unpack(uint64_t from)
{
	return (struct lan_link){ .address = (uint32_t)from,
		.network = (uint32_t)(from >> 40),
		.bits = (uint32_t)(from >> 32 & 0xff) };
}

static inline void
lan_route_pack(const struct lan_route *r, uint64_t to[2])
{
	to[0] = (uint64_t)r->bits << 32 | r->to;
	to[1] = (uint64_t)r->link << 32 | r->via;
}

static inline struct lan_route
lan_route_unpack(const uint64_t from[2])
{
	return (struct lan_route){ .to = (uint32_t)from[0],
		.bits = (uint32_t)(from[0] >> 32),
		.via = (uint32_t)from[1],
		.link = (uint32_t)(from[1] >> 32) };
}

/* Of a machine's interface: so nobody needs to be asked for it. */
static inline void
lan_mac(uint32_t address, uint8_t to[6])
{
	to[0] = 0x02;
	to[1] = 0;
	for (int i = 0; i < 4; i++)
		to[2 + i] = (uint8_t)(address >> (24 - 8 * i));
}

#define LAN_INSIDE    "eth" /* what a machine calls its interfaces: and a number */
#define LAN_NAME_SIZE 16

#endif
