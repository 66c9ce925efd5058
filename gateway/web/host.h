/*
 * host.h - the Host header of a request.		Process: web.
 */
#ifndef ATOLL_WEB_HOST_H
#define ATOLL_WEB_HOST_H

#include <stdbool.h>

/* Does it name this host's loopback, "localhost", 127.x.y.z or [::1], with a port or
 * without?  A page that somebody's browser has open elsewhere can have a name of its
 * own lead here (DNS rebinding), but cannot choose another Host.  NULL: no. */
bool host_is_loopback(const char *host);

#endif
