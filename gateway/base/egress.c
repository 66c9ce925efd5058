/* egress.c - what a lab's sandboxes may reach, and what none ever may. */
#include "gateway/base/egress.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/array.h"

#define IP(a, b, c, d)                                                         \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

static const struct egress_never nevers[] = {
	{ IP(0, 0, 0, 0), 8, "0.0.0.0/8", "no address of a machine" },
	{ IP(10, 0, 0, 0), 8, "10.0.0.0/8", "private" },
	{ IP(100, 64, 0, 0), 10, "100.64.0.0/10", "a provider's own" },
	{ IP(127, 0, 0, 0), 8, "127.0.0.0/8", "loopback" },
	{ IP(169, 254, 0, 0), 16, "169.254.0.0/16",
	    "link-local, where clouds tell secrets to their machines" },
	{ IP(172, 16, 0, 0), 12, "172.16.0.0/12", "private" },
	{ IP(192, 0, 0, 0), 24, "192.0.0.0/24", "for protocols" },
	{ IP(192, 168, 0, 0), 16, "192.168.0.0/16", "private" },
	{ IP(224, 0, 0, 0), 3, "224.0.0.0/3", "multicast and reserved" },
};

const struct egress_never *
egress_never(size_t i)
{
	return i < COUNT_OF(nevers) ? &nevers[i] : NULL;
}

static uint32_t
mask(unsigned bits)
{
	return bits == 0 ? 0 : UINT32_MAX << (32 - bits);
}

const struct egress_never *
egress_never_of(const struct egress *entry)
{
	for (size_t i = 0; i < COUNT_OF(nevers); i++) {
		unsigned bits =
		    entry->bits < nevers[i].bits ? entry->bits : nevers[i].bits;

		if (((entry->network ^ nevers[i].network) & mask(bits)) == 0)
			return &nevers[i];
	}
	return NULL;
}

/* --- as text -------------------------------------------------------------- */

/* Digits alone, up to max; -1 for anything else. */
static long
number(const char *text, long max)
{
	char *end;
	long v;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	v = strtol(text, &end, 10);
	return *end != '\0' || v > max ? -1 : v;
}

/* Cut the text at that character; what follows it, or NULL. */
static char *
cut(char *text, char at)
{
	char *found = strchr(text, at);

	if (found == NULL)
		return NULL;
	*found = '\0';
	return found + 1;
}

int
egress_parse(struct egress *to, const char *text, struct err *e)
{
	char copy[64];
	char *port, *slash;
	struct in_addr a;
	long bits = 32, number_of_port = 0;

	if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy))
		return err_set(e, 0, "\"%.80s\" is too long", text);
	port = cut(copy, ':');
	slash = cut(copy, '/');
	if (inet_pton(AF_INET, copy, &a) != 1)
		return err_set(e, 0,
		    "\"%.80s\" does not begin with an IPv4 address: addresses"
		    " and networks are what is allowed, such as"
		    " \"198.51.100.7:443\" or \"203.0.113.0/24:*\", and names,"
		    " such as \"deb.debian.org:443\"",
		    text);
	if (slash != NULL && (bits = number(slash, 32)) == -1)
		return err_set(e, 0, "\"%.80s\" needs 0 to 32 bits after its /",
		    text);
	if (port == NULL || (strcmp(port, "*") != 0 &&
				(number_of_port = number(port, 65535)) < 1))
		return err_set(e, 0,
		    "\"%.80s\" needs a port after its address, such as :443,"
		    " or :* for all",
		    text);
	to->network = ntohl(a.s_addr);
	to->bits = (unsigned)bits;
	to->port = (uint16_t)number_of_port;
	if ((to->network & ~mask(to->bits)) != 0)
		return err_set(e, 0,
		    "\"%.80s\" has bits set beyond its first %u", text,
		    to->bits);
	return 0;
}

/* --- as a number ---------------------------------------------------------- */

uint64_t
egress_pack(const struct egress *from)
{
	return (uint64_t)from->network << 32 | (uint64_t)from->bits << 16 |
	       from->port;
}

bool
egress_unpack(struct egress *to, uint64_t number_of)
{
	to->network = (uint32_t)(number_of >> 32);
	to->bits = (unsigned)(number_of >> 16) & 0xffff;
	to->port = (uint16_t)number_of;
	return to->bits <= 32 && (to->network & ~mask(to->bits)) == 0;
}

/* --- what was refused ------------------------------------------------------ */

bool
egress_allows(const struct egress *entry, uint32_t address, uint16_t port)
{
	return ((address ^ entry->network) & mask(entry->bits)) == 0 &&
	       (entry->port == 0 || entry->port == port);
}

uint64_t
refusal_pack(const struct refusal_noted *from)
{
	return (uint64_t)from->address << 32 | (uint64_t)from->protocol << 16 |
	       from->port;
}

struct refusal_noted
refusal_unpack(uint64_t number_of)
{
	return (struct refusal_noted){ .address = (uint32_t)(number_of >> 32),
		.protocol = (uint8_t)(number_of >> 16),
		.port = (uint16_t)number_of };
}
