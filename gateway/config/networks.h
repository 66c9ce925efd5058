/*
 * networks.h - lists of addresses and networks: "192.0.2.0/24", "2001:db8::/32",
 * "192.0.2.7".						Process: monitor, loader.
 */
#ifndef ATOLL_CONFIG_NETWORKS_H
#define ATOLL_CONFIG_NETWORKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/address.h"
#include "gateway/base/err.h"

struct network {
	uint8_t ip[16]; /* an IPv4 network as ::ffff:a.b.c.d ... */
	unsigned bits;	/* ... with 96 bits more */
};

struct networks {
	size_t count;
	struct network *at;
};

/* -1 when the text is no address or network, or has bits beyond its prefix. */
int network_parse(struct network *n, const char *text, struct err *e);

bool network_has(const struct network *n, const struct address *a);
bool networks_have(const struct networks *list, const struct address *a);

#endif
