/* address.c - where a client connects from. */
#include "gateway/base/address.h"

#include <arpa/inet.h>
#include <string.h>

static void
from_v4(struct address *a, const struct in_addr *in, in_port_t port)
{
	inet_ntop(AF_INET, in, a->text, sizeof(a->text));
	a->ip[10] = a->ip[11] = 0xff;
	memcpy(&a->ip[12], in, sizeof(*in));
	memcpy(a->who, in, sizeof(*in));
	a->port = ntohs(port);
}

void
address_from(struct address *a, const struct sockaddr_storage *from)
{
	*a = (struct address){ .text = "unknown" };
	if (from->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)from;

		from_v4(a, &in->sin_addr, in->sin_port);
	} else if (from->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)from;
		struct in_addr v4;

		if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
			memcpy(&v4, &in6->sin6_addr.s6_addr[12], sizeof(v4));
			from_v4(a, &v4, in6->sin6_port);
			return;
		}
		inet_ntop(AF_INET6, &in6->sin6_addr, a->text, sizeof(a->text));
		memcpy(a->ip, &in6->sin6_addr, sizeof(a->ip));
		memcpy(a->who, &in6->sin6_addr, 8);
		a->who[15] = 1; /* never equal to an IPv4 address */
		a->port = ntohs(in6->sin6_port);
	}
}

int
address_parse(struct address *a, const char *text, uint16_t port)
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in *in = (void *)&ss;
	struct sockaddr_in6 *in6 = (void *)&ss;

	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		ss.ss_family = AF_INET;
		in->sin_port = htons(port);
	} else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1) {
		ss.ss_family = AF_INET6;
		in6->sin6_port = htons(port);
	} else {
		return -1;
	}
	address_from(a, &ss);
	return 0;
}

bool
address_is_same_who(const struct address *a, const struct address *b)
{
	return memcmp(a->who, b->who, sizeof(a->who)) == 0;
}
