/*
 * packet_socket.h - a socket that hears the frames of one interface of a sandbox.
 *
 * Nobody inside may make one: neither filter nor bounding set lets them.  So the
 * builder's child makes it before it gives its rights up, in a lab that has `capture`,
 * and init keeps it.  It hears nothing until it is told of an interface.
 *
 * What waits in it is bounded by SO_RCVBUF, which the kernel cuts to the host's
 * net.core.rmem_max: there is no ring, whose memory would be counted by nobody, and no
 * membership.
 */
#ifndef ATOLL_BASE_PACKET_SOCKET_H
#define ATOLL_BASE_PACKET_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/child.h"
#include "gateway/base/err.h"

/* Where init finds it, behind its link; nothing is there in a lab without. */
#define PACKET_SOCKET_FD (CHILD_FD + 1)

/* Needs CAP_NET_RAW in the user namespace that owns the network. */
int packet_socket_open(struct err *e);

/* Is it one?  Anything may be asked, closed descriptors too. */
bool packet_socket_is(int fd);

/* From now on it hears that interface, which has the number that if_nametoindex(3) says.
 * -1 with e->code EPROTONOSUPPORT: its frames are not those of Ethernet. */
int packet_socket_hear(int fd, unsigned interface, struct err *e);

/* It hears nothing from now on; what has come waits in it still.  Needs no right. */
void packet_socket_stop(int fd);

/* The same, and what waited is gone. */
void packet_socket_rest(int fd);

/* Frames that were thrown away since it was asked last: nobody read them in time. */
uint32_t packet_socket_lost(int fd);

#endif
