/* hostname.c - what a host is called in a sandbox. */
#include "sandbox/init/hostname.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define OWN_ADDRESS "127.0.1.1" /* as the generated /etc/hosts has it */

static bool
parse(const char *text, uint16_t port, struct address *to)
{
	*to = (struct address){ 0 };
	if (inet_pton(AF_INET, text, &to->v4.sin_addr) == 1) {
		to->v4.sin_family = AF_INET;
		to->v4.sin_port = htons(port);
		to->length = sizeof(to->v4);
		return true;
	}
	if (inet_pton(AF_INET6, text, &to->v6.sin6_addr) == 1) {
		to->v6.sin6_family = AF_INET6;
		to->v6.sin6_port = htons(port);
		to->length = sizeof(to->v6);
		return true;
	}
	return false;
}

size_t
hostname_to_dial(const char *host, uint16_t port, const char *own,
    struct address to[ADDRESSES_MAX])
{
	size_t n = 0;

	if (strcasecmp(host, "localhost") == 0) {
		n += parse("127.0.0.1", port, &to[n]);
		n += parse("::1", port, &to[n]);
	} else if (strcasecmp(host, own) == 0) {
		n += parse(OWN_ADDRESS, port, &to[n]);
	} else {
		n += parse(host, port, &to[n]);
	}
	return n;
}

size_t
hostname_to_listen(const char *host, uint16_t port, const char *own,
    struct address to[ADDRESSES_MAX])
{
	size_t n = 0;

	/* One address for a name, or a port that is taken would be found free
	 * on the other. */
	if (host[0] != '\0' && strcmp(host, "*") != 0)
		return hostname_to_dial(host, port, own, to) > 0 ? 1 : 0;
	n += parse("::", port, &to[n]); /* takes IPv4 too */
	n += parse("0.0.0.0", port, &to[n]);
	return n;
}
