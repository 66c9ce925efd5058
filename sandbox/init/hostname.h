/*
 * hostname.h - what a host is called in a sandbox.
 *
 * There is no resolver: numeric addresses, "localhost", the sandbox's own name,
 * and those of its /etc/hosts are all that there is to connect to.
 */
#ifndef ATOLL_INIT_HOSTNAME_H
#define ATOLL_INIT_HOSTNAME_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESSES_MAX 4

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
	socklen_t length;
};

/* What a sandbox calls itself, and the text of its hosts(5). */
struct names {
	const char *own, *hosts;
};

/* Where a connection to host may go, best first.  A dot at its end is no part
 * of a name.  Returns how many, 0 when the name is nobody's. */
size_t hostname_to_dial(const char *host, uint16_t port,
    const struct names *names, struct address to[ADDRESSES_MAX]);

/* Where to listen for it, best first.  RFC 4254, 7.1: an empty host is every
 * address; so is "*", as ssh(1) has it. */
size_t hostname_to_listen(const char *host, uint16_t port,
    const struct names *names, struct address to[ADDRESSES_MAX]);

#endif
