/*
 * front_socket.h - sockets for a proxy in front of us.		Process: monitor.
 *
 * Made as root, of atoll-web and atoll-publish.
 */
#ifndef ATOLL_MONITOR_LINKS_FRONT_SOCKET_H
#define ATOLL_MONITOR_LINKS_FRONT_SOCKET_H

#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/err.h"

/* Listen at a name, for root and a group: the descriptor, or -1.  option is for the
 * reason. */
int front_socket_name(const char *option, const char *path, gid_t group,
    struct err *e);

/* The same at a port of an address, which the loader has found to be of the loopback. */
int front_socket_port(const char *option, const char *address, int64_t port,
    struct err *e);

#endif
