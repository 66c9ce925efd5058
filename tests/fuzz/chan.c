/*
 * chan.c - any packet with any number of descriptors, over a real socket.
 *
 * Input: receiver's role, sender's role, count of descriptors, the packet.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/wire/chan.h"
#include "gateway/wire/lasting.h"
#include "tests/fuzz/fuzz.h"

#define FDS_SENT_MAX 9

/* The lowest free number: nothing was left open when it is the same again. */
static int
lowest_free(void)
{
	int fd = dup(STDERR_FILENO);

	MUST(fd != -1);
	close(fd);
	return fd;
}

static void
send_packet(int to, const uint8_t *data, size_t size, unsigned fds)
{
	_Alignas(struct cmsghdr) char
	    control[CMSG_SPACE(FDS_SENT_MAX * sizeof(int))] = { 0 };
	int sent[FDS_SENT_MAX];
	struct iovec iov = { .iov_base = (void *)(uintptr_t)data,
		.iov_len = size };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };

	for (unsigned i = 0; i < fds; i++)
		sent[i] = STDERR_FILENO;
	if (fds > 0) {
		struct cmsghdr *cm;

		h.msg_control = control;
		h.msg_controllen = CMSG_SPACE(fds * sizeof(int));
		cm = CMSG_FIRSTHDR(&h);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(fds * sizeof(int));
		memcpy(CMSG_DATA(cm), sent, fds * sizeof(int));
	}
	MUST(sendmsg(to, &h, MSG_NOSIGNAL) == (ssize_t)size);
}

static void
check_received(const struct chan *c, struct msg *m)
{
	MUST(msg_is_allowed(m->type, c->peer, c->self));
	for (unsigned i = 0; i < MSG_FDS_MAX; i++) {
		MUST((m->fd[i] != -1) == (i < msg_fds(m->type)));
		if (m->fd[i] != -1)
			MUST(fcntl(m->fd[i], F_GETFD) == FD_CLOEXEC);
	}
	msg_close(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int before = lowest_free();
	struct chan c;
	struct err e = { 0 };
	struct msg *m;
	int ends[2];

	if (size < 3 || size > 200000)
		return 0;
	m = malloc(sizeof(*m));
	MUST(m != NULL && chan_pair(ends, &e) == 0);
	c = (struct chan){ .fd = ends[0],
		.self = data[0] % ANY,
		.peer = data[1] % ANY };
	send_packet(ends[1], data + 3, size - 3, data[2] % (FDS_SENT_MAX + 1));
	close(ends[1]);
	switch (chan_recv(&c, m, &e)) {
	case CHAN_MESSAGE:
		check_received(&c, m);
		break;
	case CHAN_UNKNOWN:
		MUST(link_lasts(c.self, c.peer));
		MUST(e.text[0] != '\0');
		break;
	case CHAN_BROKEN:
		MUST(e.text[0] != '\0');
		break;
	case CHAN_CLOSED: /* nothing in it is nothing said */
		MUST(size == 3);
		break;
	case CHAN_EMPTY:
		MUST(false);
	}
	close(ends[0]);
	free(m);
	MUST(lowest_free() == before);
	return 0;
}
