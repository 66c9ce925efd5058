/*
 * hostname.h - what a host is called in a sandbox.
 *
 * There is no resolver: numeric addresses, "localhost", and the sandbox's own
 * name are all that there is to connect to.
 */
#ifndef ATOLL_INIT_HOSTNAME_H
#define ATOLL_INIT_HOSTNAME_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESSES_MAX 2

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
	socklen_t length;
};

/* Where a connection to host may go, best first; own is the sandbox's name.
 * Returns how many, 0 when the name is nobody's. */
size_t hostname_to_dial(const char *host, uint16_t port, const char *own,
    struct address to[ADDRESSES_MAX]);

/* Where to listen for it, best first.  RFC 4254, 7.1: an empty host is every
 * address; so is "*", as ssh(1) has it. */
size_t hostname_to_listen(const char *host, uint16_t port, const char *own,
    struct address to[ADDRESSES_MAX]);

#endif
