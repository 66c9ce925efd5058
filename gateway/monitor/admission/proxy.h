/*
 * proxy.h - the header of the PROXY protocol, version 2.	Process: monitor.
 *
 * A load balancer in front of atoll sends it before the client's first byte; it
 * says where the client connects from.  Specified in proxy-protocol.txt of
 * HAProxy, section 2.2.
 */
#ifndef ATOLL_MONITOR_ADMISSION_PROXY_H
#define ATOLL_MONITOR_ADMISSION_PROXY_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/base/address.h"
#include "gateway/base/err.h"

#define PROXY_SIZE_MIN 16   /* up to and with the length of what follows */
#define PROXY_SIZE_MAX 4096 /* more TLVs than anybody sends */

enum proxy_got {
	PROXY_MORE, /* read until there are size bytes, and ask again */
	PROXY_FROM, /* complete; address is the client's */
	PROXY_SELF, /* complete; the connection is the sender's own */
	PROXY_BAD,
};

struct proxy_header {
	size_t size;
	struct address address;
};

/* Look at the first count bytes of a connection.  size never asks for a byte
 * beyond the header.  e is filled for PROXY_BAD only. */
enum proxy_got proxy_parse(struct proxy_header *h, const uint8_t *bytes,
    size_t count, struct err *e);

#endif
