/* audit.c - what security modules refuse, from the kernel's audit. */
#include "sandbox/builder/apparmor/audit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/array.h"
#include "gateway/base/scope.h"

/* The records of other kinds, which the host's own audit may have many of, stay
 * outside.  The type is a number of this machine's byte order, and what a filter
 * loads is taken for one of the network's. */
static int
let_in_refusals(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS,
		    offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(AUDIT_AVC), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = { COUNT_OF(code), code };
	const int on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		sizeof(program)) == -1)
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on));
}

int
audit_open(struct err *e)
{
	const struct sockaddr_nl group = { .nl_family = AF_NETLINK,
		.nl_groups = 1U << (AUDIT_NLGRP_READLOG - 1) };
	CLOSES int fd = socket(AF_NETLINK,
	    SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);

	if (fd == -1 || let_in_refusals(fd) == -1 ||
	    bind(fd, (const struct sockaddr *)&group, sizeof(group)) == -1)
		return err_set(e, errno, "the kernel's audit");
	return take_fd(&fd);
}

/* Only the kernel speaks to that group; a message of another process would have
 * its number.  Not by nlmsg_len, which for this group the kernel does not set as
 * others do. */
ssize_t
audit_next(int fd, char record[AUDIT_RECORD_MAX])
{
	struct sockaddr_nl from = { 0 };
	socklen_t length = sizeof(from);
	ssize_t n = recvfrom(fd, record, AUDIT_RECORD_MAX, 0,
	    (struct sockaddr *)&from, &length);

	if (n == -1)
		return errno == ENOBUFS ? 0 : -1; /* some were dropped */
	if (from.nl_pid != 0 || n < NLMSG_HDRLEN)
		return 0;
	n -= NLMSG_HDRLEN;
	memmove(record, record + NLMSG_HDRLEN, (size_t)n);
	return n;
}
