/* rights.c - bytes and descriptors over a Unix socket. */
#include "gateway/wire/rights.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONTROL_SIZE CMSG_SPACE(RIGHTS_MAX * sizeof(int))

static int
send_all(int sock, const void *bytes, size_t size, const int *fds,
    unsigned count, int flags)
{
	_Alignas(struct cmsghdr) char control[CONTROL_SIZE] = { 0 };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)bytes,
		.iov_len = size };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (count > RIGHTS_MAX) {
		errno = E2BIG;
		return -1;
	}
	if (count > 0) {
		struct cmsghdr *cm;

		h.msg_control = control;
		h.msg_controllen = CMSG_SPACE(count * sizeof(int));
		cm = CMSG_FIRSTHDR(&h);
		assert(cm != NULL); /* control has room for one */
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(cm), fds, count * sizeof(int));
	}
	while (sendmsg(sock, &h, MSG_NOSIGNAL | flags) == -1) {
		if (errno != EINTR)
			return -1;
	}
	return 0;
}

int
rights_send(int sock, const void *bytes, size_t size, const int *fds,
    unsigned count)
{
	return send_all(sock, bytes, size, fds, count, 0);
}

int
rights_offer(int sock, const void *bytes, size_t size, const int *fds,
    unsigned count)
{
	return send_all(sock, bytes, size, fds, count, MSG_DONTWAIT);
}

/* Move the descriptors of the control data to r. */
static void
detach(struct msghdr *h, unsigned most, struct rights *r)
{
	for (struct cmsghdr *cm = CMSG_FIRSTHDR(h); cm != NULL;
	     cm = CMSG_NXTHDR(h, cm)) {
		if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = 0; CMSG_LEN(at + sizeof(int)) <= cm->cmsg_len;
		     at += sizeof(int)) {
			int fd;

			memcpy(&fd, CMSG_DATA(cm) + at, sizeof(fd));
			if (r->count < most) {
				r->fd[r->count++] = fd;
			} else {
				close(fd);
				r->whole = false;
			}
		}
	}
}

ssize_t
rights_recv(int sock, void *bytes, size_t size, unsigned most, struct rights *r)
{
	/* CMSG_LEN, not CMSG_SPACE, of the most: rounded up, there would be
	 * room for one more. */
	_Alignas(struct cmsghdr) char control[CONTROL_SIZE];
	struct iovec iov = { .iov_base = bytes, .iov_len = size };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = CMSG_LEN(most * sizeof(int)) };
	ssize_t n;

	assert(most <= RIGHTS_MAX);
	r->count = 0;
	do {
		n = recvmsg(sock, &h, MSG_CMSG_CLOEXEC);
	} while (n == -1 && errno == EINTR);
	r->whole = n != -1 && (h.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) == 0;
	if (n != -1)
		detach(&h, most, r);
	return n;
}

void
rights_close(struct rights *r)
{
	for (unsigned i = 0; i < r->count; i++)
		close(r->fd[i]);
	r->count = 0;
}
