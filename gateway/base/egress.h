/*
 * egress.h - what a lab's sandboxes may reach: "203.0.113.0/24:*",
 * "198.51.100.7:443"; and what none ever may.
 */
#ifndef ATOLL_BASE_EGRESS_H
#define ATOLL_BASE_EGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/err.h"

#define EGRESS_MAX 32 /* entries of a lab */

struct egress {
	uint32_t network; /* IPv4, in the host's byte order */
	unsigned bits;
	uint16_t port; /* of TCP and UDP; 0: any, and ping */
};

/* -1 with what it should be. */
int egress_parse(struct egress *to, const char *text, struct err *e);

/* As a number for a message, and back; false: it is none. */
uint64_t egress_pack(const struct egress *from);
bool egress_unpack(struct egress *to, uint64_t number);

/* Does it allow that?  A protocol without ports, such as ping's, has port 0. */
bool egress_allows(const struct egress *entry, uint32_t address, uint16_t port);

/* What a sandbox was refused, as a number for a message, and back. */
struct refusal_noted {
	uint32_t address;
	uint8_t protocol; /* of IP: IPPROTO_TCP and so on */
	uint16_t port;	  /* 0 where there are none */
};
uint64_t refusal_pack(const struct refusal_noted *from);
struct refusal_noted refusal_unpack(uint64_t number);

/* Networks that no lab reaches, whatever it allows: private ones, the host's
 * neighbours and what clouds tell their machines, and what is no address of one
 * machine.  NULL after the last. */
struct egress_never {
	uint32_t network;
	unsigned bits;
	const char *text, *what;
};
const struct egress_never *egress_never(size_t i);

/* The first of these that has some of it; NULL: none has. */
const struct egress_never *egress_never_of(const struct egress *entry);

#endif
