/*
 * lan.h - the network of a seat that has several machines.
 *
 * It is the seat's own, and leads nowhere: so each has the same addresses, as the lab
 * file says or by the places of the machines there.
 */
#ifndef ATOLL_BASE_LAN_H
#define ATOLL_BASE_LAN_H

#include <stdint.h>

#define LAN_FIRST                                                              \
	0x0a00000bU /* 10.0.0.11, of the first machine that says none */

/* Of a machine's interface: so nobody needs to be asked for it. */
static inline void
lan_mac(uint32_t address, uint8_t to[6])
{
	to[0] = 0x02;
	to[1] = 0;
	for (int i = 0; i < 4; i++)
		to[2 + i] = (uint8_t)(address >> (24 - 8 * i));
}

#define LAN_INSIDE "eth0" /* what a machine calls its interface */

#endif
