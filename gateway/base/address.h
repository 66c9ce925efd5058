/*
 * address.h - where a client connects from.		Process: monitor.
 */
#ifndef ATOLL_BASE_ADDRESS_H
#define ATOLL_BASE_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct address {
	char text[INET6_ADDRSTRLEN]; /* numeric, as people write it */
	uint16_t port;
	uint8_t ip[16]; /* an IPv4 address as ::ffff:a.b.c.d */
	/* Who counts as one client: an IPv4 address, or an IPv6 /64, which
	 * is what one household or host is given. */
	uint8_t who[16];
};

void address_from(struct address *a, const struct sockaddr_storage *from);
/* From what text and port were.  -1: that is no address. */
int address_parse(struct address *a, const char *text, uint16_t port);
bool address_is_same_who(const struct address *a, const struct address *b);

#endif
