/* packet_socket.c - a socket that hears the frames of one interface. */
#include "gateway/base/packet_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/socket.h>

#include "gateway/base/scope.h"

#define EVERYTHING 0x0003 /* ETH_P_ALL */
#define RECEIVES   (2 << 20)

/* Nobody inside can send a frame of this kind, for it takes a socket such as this; with
 * 0 a socket stays at what it heard. */
#define NOTHING	 0x88b5 /* for experiments */
#define LOOPBACK 1	/* its number, in each network namespace */

/* Without a protocol it hears nothing. */
int
packet_socket_open(struct err *e)
{
	const int receives = RECEIVES;
	CLOSES int fd =
	    socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd == -1)
		return err_set(e, errno, "packet socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receives,
		sizeof(receives)) == -1)
		return err_set(e, errno, "buffer of a packet socket");
	return take_fd(&fd);
}

bool
packet_socket_is(int fd)
{
	int family = 0;
	socklen_t size = sizeof(family);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size) == 0 &&
	       family == AF_PACKET;
}

static int
hear(int fd, unsigned interface, unsigned short kind)
{
	const struct sockaddr_ll at = { .sll_family = AF_PACKET,
		.sll_protocol = htons(kind),
		.sll_ifindex = (int)interface };

	return bind(fd, (const struct sockaddr *)&at, sizeof(at));
}

static bool
is_ethernet(int fd)
{
	struct sockaddr_ll at = { 0 };
	socklen_t size = sizeof(at);

	return getsockname(fd, (struct sockaddr *)&at, &size) == 0 &&
	       (at.sll_hatype == ARPHRD_ETHER ||
		   at.sll_hatype == ARPHRD_LOOPBACK);
}

/* The kernel notes the times of frames, of all of the host, while any socket wants them:
 * so this does not before it hears. */
int
packet_socket_hear(int fd, unsigned interface, struct err *e)
{
	const int on = 1;

	packet_socket_rest(fd);
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) == -1)
		return err_set(e, errno, "times of frames");
	if (hear(fd, interface, EVERYTHING) == -1)
		return err_set(e, errno, "bind");
	if (is_ethernet(fd))
		return 0;
	packet_socket_rest(fd);
	return err_set(e, EPROTONOSUPPORT, "its frames are not Ethernet's");
}

void
packet_socket_stop(int fd)
{
	hear(fd, LOOPBACK, NOTHING);
}

/* Of each a byte is read.  There is an end, since none comes after it. */
void
packet_socket_rest(int fd)
{
	char byte;

	if (hear(fd, LOOPBACK, NOTHING) == -1)
		return;
	while (recv(fd, &byte, 1, MSG_DONTWAIT) != -1 || errno == ENETDOWN)
		continue;
	packet_socket_lost(fd);
}

uint32_t
packet_socket_lost(int fd)
{
	struct tpacket_stats s = { 0 };
	socklen_t size = sizeof(s);

	if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &s, &size) == -1)
		return 0;
	return s.tp_drops;
}
