/* sockets.c - address families, types and protocols. */
#include "tests/escape/probe.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* A flag that no type has: EINVAL from the kernel, whatever the family. */
#define ODD (SOCK_RAW | 0xffff0UL)

#define FAMILY(name, number)                                                   \
	{ name, CALL(SYS_socket, number, ODD), SAYS(EAFNOSUPPORT),             \
		BARE(PLAIN, EINVAL) },                                         \
	{                                                                      \
		name ", high bits", CALL(SYS_socket, HIGH | (number), ODD),    \
		    SAYS(EAFNOSUPPORT), BARE(PLAIN, EINVAL)                    \
	}
#define NETLINK(name, number)                                                  \
	{                                                                      \
		"netlink, " name, CALL(SYS_socket, AF_NETLINK, ODD, number),   \
		    SAYS(EPROTONOSUPPORT), BARE(PLAIN, EINVAL)                 \
	}
/* Types and protocols of a family that is allowed.  Without the odd flags the
 * kernel itself would load a module for them. */
#define INET(name, type, protocol, error)                                      \
	{ "inet, " name,                                                       \
		CALL(SYS_socket, AF_INET, (type) | 0xfff0UL, protocol),        \
		SAYS(error), BARE(PLAIN, EINVAL) },                            \
	{                                                                      \
		"inet6, " name ", high bits",                                  \
		    CALL(SYS_socket, AF_INET6, HIGH | (type) | 0xfff0UL,       \
			HIGH | (protocol)),                                    \
		    SAYS(error), BARE(PLAIN, EINVAL)                           \
	}

static const struct attempt attempts[] = {
	FAMILY("unspecified", 0),
	FAMILY("ax25", 3),
	FAMILY("ipx", 4),
	FAMILY("appletalk", 5),
	FAMILY("netrom", 6),
	FAMILY("bridge", 7),
	FAMILY("atm pvc", 8),
	FAMILY("x25", 9),
	FAMILY("rose", 11),
	FAMILY("decnet", 12),
	FAMILY("netbeui", 13),
	FAMILY("security", 14),
	FAMILY("key", 15),
	{ "packet", CALL(SYS_socket, 17, ODD), SAYS(EPERM),
	    BARE(PLAIN, EINVAL) },
	{ "packet, high bits", CALL(SYS_socket, HIGH | 17, ODD), SAYS(EPERM),
	    BARE(PLAIN, EINVAL) },
	FAMILY("ash", 18),
	FAMILY("econet", 19),
	FAMILY("atm svc", 20),
	FAMILY("rds", 21),
	FAMILY("sna", 22),
	FAMILY("irda", 23),
	FAMILY("pppox", 24),
	FAMILY("wanpipe", 25),
	FAMILY("llc", 26),
	FAMILY("infiniband", 27),
	FAMILY("mpls", 28),
	FAMILY("can", 29),
	FAMILY("tipc", 30),
	FAMILY("bluetooth", 31),
	FAMILY("iucv", 32),
	FAMILY("rxrpc", 33),
	FAMILY("isdn", 34),
	FAMILY("phonet", 35),
	FAMILY("ieee802154", 36),
	FAMILY("caif", 37),
	FAMILY("alg", 38),
	FAMILY("nfc", 39),
	FAMILY("vsock", 40),
	FAMILY("kcm", 41),
	FAMILY("qipcrtr", 42),
	FAMILY("smc", 43),
	FAMILY("xdp", 44),
	FAMILY("mctp", 45),
	FAMILY("the next one", 46),
	FAMILY("none", 0xffff),
	{ "unix, high bits", CALL(SYS_socket, HIGH | AF_UNIX, SOCK_STREAM),
	    SAYS(EAFNOSUPPORT), BARE(PLAIN, WORKS),
	    BECAUSE("what is allowed is allowed as that very number") },
	NETLINK("unused", 1),
	NETLINK("usersock", 2),
	NETLINK("firewall", 3),
	NETLINK("sock_diag", 4),
	NETLINK("nflog", 5),
	NETLINK("xfrm", 6),
	NETLINK("selinux", 7),
	NETLINK("iscsi", 8),
	NETLINK("audit", 9),
	NETLINK("fib_lookup", 10),
	NETLINK("connector", 11),
	NETLINK("netfilter", 12),
	NETLINK("netfilter, high bits", HIGH | 12),
	NETLINK("ip6_fw", 13),
	NETLINK("kobject_uevent", 15),
	NETLINK("generic", 16),
	NETLINK("scsitransport", 18),
	NETLINK("ecryptfs", 19),
	NETLINK("rdma", 20),
	NETLINK("crypto", 21),
	NETLINK("smc", 22),
	INET("sctp", SOCK_SEQPACKET, 132, ESOCKTNOSUPPORT),
	INET("sctp, one to one", SOCK_STREAM, 132, EPROTONOSUPPORT),
	INET("dccp", SOCK_DCCP, 33, ESOCKTNOSUPPORT),
	INET("udplite", SOCK_DGRAM, 136, EPROTONOSUPPORT),
	INET("l2tp", SOCK_DGRAM, 115, EPROTONOSUPPORT),
	INET("mptcp", SOCK_STREAM, 262, EPROTONOSUPPORT),
	INET("a type that none has", SOCK_RDM, 0, ESOCKTNOSUPPORT),
	{ "inet, raw", CALL(SYS_socket, AF_INET, SOCK_RAW, 1), SAYS(EPERM),
	    IN(CAPS, WORKS), BARE(USERNS, WORKS),
	    BECAUSE("where the lab gives net_raw, for ping and the like") },
	{ "inet, type packet", CALL(SYS_socket, AF_INET, SOCK_PACKET, 0x0300),
	    SAYS(EPERM), BARE(USERNS, WORKS),
	    BECAUSE("the kernel makes a packet socket of it: the other name of"
		    " a family that is not allowed") },
	{ "inet, type packet, high bits",
	    CALL(SYS_socket, AF_INET, HIGH | SOCK_PACKET, 0x0300), SAYS(EPERM),
	    BARE(USERNS, WORKS) },
	{ "a pair of another family", CALL(SYS_socketpair, 30, ODD, 0, BAD),
	    SAYS(EAFNOSUPPORT), BARE(PLAIN, EINVAL) },
	{ "a pair, high bits",
	    CALL(SYS_socketpair, HIGH | AF_UNIX, ODD, 0, BAD),
	    SAYS(EAFNOSUPPORT), BARE(PLAIN, EINVAL) },
	{ "TCP_ULP", CALL(SYS_setsockopt, NONE, 6, 31), SAYS(EPERM),
	    BARE(PLAIN, EBADF), BECAUSE("tls and espintcp were ways out") },
	{ "TCP_ULP, high bits", CALL(SYS_setsockopt, NONE, HIGH | 6, HIGH | 31),
	    SAYS(EPERM), BARE(PLAIN, EBADF) },
	{ "SO_ATTACH_FILTER", CALL(SYS_setsockopt, NONE, 1, 26),
	    SAYS(ENOPROTOOPT), BARE(PLAIN, EBADF),
	    BECAUSE("it counts against bpf_jit_limit, as seccomp does") },
	{ "SO_ATTACH_FILTER, high bits",
	    CALL(SYS_setsockopt, NONE, HIGH | 1, HIGH | 26), SAYS(ENOPROTOOPT),
	    BARE(PLAIN, EBADF) },
	{ "SO_ATTACH_BPF", CALL(SYS_setsockopt, NONE, 1, 50), SAYS(ENOPROTOOPT),
	    BARE(PLAIN, EBADF) },
	{ "SO_ATTACH_REUSEPORT_CBPF", CALL(SYS_setsockopt, NONE, 1, 51),
	    SAYS(ENOPROTOOPT), BARE(PLAIN, EBADF) },
	{ "SO_ATTACH_REUSEPORT_EBPF", CALL(SYS_setsockopt, NONE, 1, 52),
	    SAYS(ENOPROTOOPT), BARE(PLAIN, EBADF) },
	{ "PACKET_RX_RING", CALL(SYS_setsockopt, NONE, 263, 5),
	    SAYS(ENOPROTOOPT), BARE(PLAIN, EBADF),
	    BECAUSE("rings are nobody's memory; nobody has a packet socket but"
		    " init, whose is out of reach") },
	{ "PACKET_ADD_MEMBERSHIP, high bits",
	    CALL(SYS_setsockopt, NONE, HIGH | 263, 1), SAYS(ENOPROTOOPT),
	    BARE(PLAIN, EBADF) },
	{ "IP_RECVERR", CALL(SYS_setsockopt, NONE, 0, 11), SAYS(WORKS),
	    BARE(PLAIN, EBADF),
	    BECAUSE("nothing happens: queues of errors are nobody's memory") },
	{ "IPV6_RECVERR", CALL(SYS_setsockopt, NONE, 41, 25), SAYS(WORKS),
	    BARE(PLAIN, EBADF), BECAUSE("nothing happens") },
	{ "SO_REUSEADDR", CALL(SYS_setsockopt, NONE, 1, 2), SAYS(EBADF),
	    BARE(PLAIN, EBADF), BECAUSE("programs need it") },
	{ "unix", CALL(SYS_socket, AF_UNIX, SOCK_SEQPACKET), SAYS(WORKS),
	    BARE(PLAIN, WORKS), BECAUSE("programs need it") },
	{ "inet, tcp", CALL(SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 6),
	    SAYS(WORKS), BARE(PLAIN, WORKS), BECAUSE("programs need it") },
	{ "inet6, udp", CALL(SYS_socket, AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK),
	    SAYS(WORKS), BARE(PLAIN, WORKS), BECAUSE("programs need it") },
	{ "netlink, route", CALL(SYS_socket, AF_NETLINK, SOCK_RAW, 0),
	    SAYS(WORKS), BARE(PLAIN, WORKS), BECAUSE("ip(8) needs it") },
};

const struct area area_sockets = { "sockets",
	"Rarely used protocols are where the kernel's holes are, and making a"
	" socket loads their modules.  The plain four are enough for a lab.",
	ROWS(attempts) };
