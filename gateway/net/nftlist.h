/*
 * nftlist.h - sets of nftables, as nft(8) prints them.
 *
 * What stands there are numbers, and names of interfaces that we gave; the numbers are
 * of packets that students sent.
 */
#ifndef ATOLL_NET_NFTLIST_H
#define ATOLL_NET_NFTLIST_H

#include <stdbool.h>
#include <stdint.h>

/* An element: "s7" . 198.51.100.8 . 6 . 80 counter packets 3 bytes 180 expires 599s.
 * What it does not have is 0. */
struct nftlisted {
	uint32_t number; /* of the interface */
	uint32_t address;
	uint32_t protocol, port;
	uint64_t packets;
	uint64_t expires; /* seconds */
};

/* Read the next element that is of a sandbox; where to go on, or NULL: there was
 * none. */
const char *nftlist_next(const char *text, struct nftlisted *to);

#endif
