/* fdpass.c - descriptors from the builder to the child it has cloned. */
#include "sandbox/builder/fdpass.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/scope.h"

/* The overlay, /dev, the lab's mounts and the home. */
#define FDS_MAX (2 + MOUNTS_MAX + 1)

int
handover_pair(int ends[2], struct err *e)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
		return err_set(e, errno, "socketpair");
	return 0;
}

int
handover_send(int sock, const struct rootfs_parts *parts, struct err *e)
{
	int fds[FDS_MAX] = { parts->overlay, parts->dev };
	size_t size = (2 + parts->mount_count) * sizeof(int);
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(fds))] = { 0 };
	char go = 'g';
	struct iovec iov = { .iov_base = &go, .iov_len = 1 };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = CMSG_SPACE(size) };
	struct cmsghdr *cm = CMSG_FIRSTHDR(&h);

	assert(cm != NULL); /* control has room for one */
	memcpy(fds + 2, parts->mount, parts->mount_count * sizeof(int));
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(cm), fds, size);
	if (sendmsg(sock, &h, MSG_NOSIGNAL) == -1)
		return err_set(e, errno, "hand over mounts");
	return 0;
}

int
handover_receive(int sock, struct rootfs_parts *parts, struct err *e)
{
	int fds[FDS_MAX];
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(fds))];
	char go;
	struct iovec iov = { .iov_base = &go, .iov_len = 1 };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	const struct cmsghdr *cm;
	size_t size;

	if (recvmsg(sock, &h, MSG_CMSG_CLOEXEC) != 1)
		return err_set(e, EPIPE, "no mounts from the builder");
	cm = CMSG_FIRSTHDR(&h);
	if (cm == NULL || cm->cmsg_len < CMSG_LEN(2 * sizeof(int)))
		return err_set(e, EBADMSG, "mounts from the builder");
	size = cm->cmsg_len - CMSG_LEN(0);
	memcpy(fds, CMSG_DATA(cm), size);
	parts->overlay = fds[0];
	parts->dev = fds[1];
	parts->mount_count = size / sizeof(int) - 2;
	memcpy(parts->mount, fds + 2, parts->mount_count * sizeof(int));
	return 0;
}

void
handover_fail(int sock, const struct err *e)
{
	if (send(sock, e->text, strlen(e->text), MSG_NOSIGNAL) == -1)
		return; /* the builder sees an end without a reason */
}

bool
handover_reason(int sock, char *text, size_t size)
{
	ssize_t n = recv(sock, text, size - 1, MSG_DONTWAIT);

	if (n <= 0)
		return false;
	text[n] = '\0';
	return true;
}
