/* networks.c - lists of addresses and networks. */
#include "gateway/config/networks.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define V4_BITS 96 /* of ::ffff:0:0/96 */

/* The number after the slash, or -1. */
static int
parse_bits(const char *text, int max)
{
	char *end;
	long bits;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	bits = strtol(text, &end, 10);
	return *end != '\0' || bits > max ? -1 : (int)bits;
}

static bool
has_bit(const uint8_t ip[16], unsigned bit)
{
	return (ip[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

int
network_parse(struct network *n, const char *text, struct err *e)
{
	const char *slash = strchr(text, '/');
	char address[INET6_ADDRSTRLEN] = "";
	size_t length = slash == NULL ? strlen(text) : (size_t)(slash - text);
	int max = 128, bits;

	*n = (struct network){ 0 };
	if (length < sizeof(address))
		snprintf(address, sizeof(address), "%.*s", (int)length, text);
	if (inet_pton(AF_INET, address, &n->ip[12]) == 1) {
		n->ip[10] = n->ip[11] = 0xff;
		max = 32;
	} else if (inet_pton(AF_INET6, address, n->ip) != 1) {
		return err_set(e, 0,
		    "\"%.80s\" is not an address or a network such as"
		    " 192.0.2.0/24 or 2001:db8::/32",
		    text);
	}
	bits = slash == NULL ? max : parse_bits(slash + 1, max);
	if (bits == -1)
		return err_set(e, 0, "\"%.80s\" needs 0 to %d bits after its /",
		    text, max);
	n->bits = (unsigned)bits + (max == 32 ? V4_BITS : 0);
	for (unsigned i = n->bits; i < 128; i++) {
		if (has_bit(n->ip, i))
			return err_set(e, 0,
			    "\"%.80s\" has bits set beyond its first %d", text,
			    bits);
	}
	return 0;
}

bool
network_has(const struct network *n, const struct address *a)
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;

	if (memcmp(n->ip, a->ip, whole) != 0)
		return false;
	return rest == 0 || (n->ip[whole] ^ a->ip[whole]) >> (8 - rest) == 0;
}

bool
networks_have(const struct networks *list, const struct address *a)
{
	for (size_t i = 0; i < list->count; i++) {
		if (network_has(&list->at[i], a))
			return true;
	}
	return false;
}
