/*
 * proxy.c - the header of the PROXY protocol, version 2.
 *
 * Version 1, which is a line of text, is not read: where it ends is known only
 * when it has been read byte by byte.
 */
#include "gateway/monitor/admission/proxy.h"

#include <string.h>
#include <sys/socket.h>

#define VERSION_2     0x20
#define COMMAND_LOCAL 0x0
#define COMMAND_PROXY 0x1
#define UNSPECIFIED   0x00
#define TCP4	      0x11
#define TCP6	      0x21
#define TCP4_SIZE     12 /* two addresses, two ports */
#define TCP6_SIZE     36

static const uint8_t signature[12] = { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a,
	0x51, 0x55, 0x49, 0x54, 0x0a };

static enum proxy_got
bad(struct err *e, const char *what)
{
	err_set(e, 0, "%s", what);
	return PROXY_BAD;
}

/* The client's address and port.  The order is: source address, destination
 * address, source port, destination port (section 2.2). */
static enum proxy_got
from_tcp4(struct address *to, const uint8_t *bytes)
{
	struct sockaddr_storage ss = { .ss_family = AF_INET };
	struct sockaddr_in *in = (void *)&ss;

	memcpy(&in->sin_addr, bytes, 4);
	memcpy(&in->sin_port, bytes + 8, 2);
	address_from(to, &ss);
	return PROXY_FROM;
}

static enum proxy_got
from_tcp6(struct address *to, const uint8_t *bytes)
{
	struct sockaddr_storage ss = { .ss_family = AF_INET6 };
	struct sockaddr_in6 *in6 = (void *)&ss;

	memcpy(&in6->sin6_addr, bytes, 16);
	memcpy(&in6->sin6_port, bytes + 32, 2);
	address_from(to, &ss);
	return PROXY_FROM;
}

/* What follows the first 16 bytes; TLVs after the addresses are skipped.  LOCAL
 * is the load balancer's own connection, such as a health check; so is UNSPEC,
 * where the sender knows no address (section 2.2). */
static enum proxy_got
read_body(struct proxy_header *h, uint8_t command, uint8_t family,
    const uint8_t *body, size_t length, struct err *e)
{
	if (command == COMMAND_LOCAL)
		return PROXY_SELF;
	if (command != COMMAND_PROXY)
		return bad(e, "unknown command");
	if (family == UNSPECIFIED)
		return PROXY_SELF;
	if (family != TCP4 && family != TCP6)
		return bad(e, "neither TCP over IPv4 nor over IPv6");
	if (length < (family == TCP4 ? TCP4_SIZE : TCP6_SIZE))
		return bad(e, "too short for its addresses");
	return family == TCP4 ? from_tcp4(&h->address, body)
			      : from_tcp6(&h->address, body);
}

enum proxy_got
proxy_parse(struct proxy_header *h, const uint8_t *bytes, size_t count,
    struct err *e)
{
	size_t start = count < sizeof(signature) ? count : sizeof(signature);
	size_t length;

	h->size = PROXY_SIZE_MIN;
	if (memcmp(bytes, signature, start) != 0)
		return bad(e, "not the header of version 2");
	if (count < PROXY_SIZE_MIN)
		return PROXY_MORE;
	if ((bytes[12] & 0xf0) != VERSION_2)
		return bad(e, "not of version 2");
	length = (size_t)(bytes[14] << 8 | bytes[15]);
	if (PROXY_SIZE_MIN + length > PROXY_SIZE_MAX)
		return bad(e, "longer than any honest header");
	h->size = PROXY_SIZE_MIN + length;
	if (count < h->size)
		return PROXY_MORE;
	return read_body(h, bytes[12] & 0x0f, bytes[13], bytes + PROXY_SIZE_MIN,
	    length, e);
}
