/*
 * net_range.h - which addresses of network_range are whose.
 *
 * The first four are a network of their own (/30), the uplink's: one is the host's
 * and one the router's, behind which all sandboxes are.  Each of these has the one
 * that goes with its range of user ids (idmap.h), which is given anew as late as can
 * be.
 */
#ifndef ATOLL_BASE_NET_RANGE_H
#define ATOLL_BASE_NET_RANGE_H

#define NET_RANGE_BITS_MAX 19 /* a smaller network has not enough */
#define NET_UPLINK_BITS	   30
#define NET_HOST	   1
#define NET_ROUTER	   2
#define NET_FIRST	   256 /* of the sandboxes' */

/* Whom sandboxes send everything to, 169.254.1.1, and ask for names: the router. */
#define NET_GATEWAY	 0xa9fe0101
#define NET_GATEWAY_TEXT "169.254.1.1"

#define NET_INSIDE "eth0" /* what a sandbox calls its interface */

/* Both ends of a sandbox's pair: neither is ever asked for. */
#define NET_MAC                                                                \
	{                                                                      \
		0x02, 0, 0, 0, 0, 1                                            \
	}

#endif
