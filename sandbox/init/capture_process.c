/* capture_process.c - the process that reads frames and writes them as pcap. */
#include "sandbox/init/capture_process.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/array.h"
#include "gateway/base/nobody.h"
#include "gateway/base/packet_socket.h"
#include "sandbox/init/pcap.h"

/* A user of the sandbox that nothing else runs as; not that of snapshots. */
#define UNUSED_ID 65532

#define BUFFER_SIZE (1 << 20)
#define FRAMES_MAX  64 /* that are read in one go */

struct capture_buffer {
	uint8_t bytes[BUFFER_SIZE];
	size_t from, to; /* of what is not written yet */
};

/* --- the jail ------------------------------------------------------------- */

/* Open descriptors are standard input, output, error, and its own: poll(2) takes no
 * more of them than the limit, below which there is none to be had. */
static int
limit(void)
{
	static const struct {
		int resource;
		rlim_t most;
	} limits[] = { { RLIMIT_NOFILE, CAPTURE_END - CAPTURE_SOCKET },
		{ RLIMIT_FSIZE, 0 }, { RLIMIT_NPROC, 0 },
		{ RLIMIT_MSGQUEUE, 0 }, { RLIMIT_SIGPENDING, 0 },
		{ RLIMIT_CORE, 0 } };

	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		const struct rlimit r = { limits[i].most, limits[i].most };

		if (setrlimit(limits[i].resource, &r) == -1)
			return -1;
	}
	return 0;
}

static int
jail(void)
{
	if (limit() == -1 || nobody_become(UNUSED_ID) == -1)
		return -1;
	return prctl(PR_SET_NAME, "lab-capture", 0, 0, 0);
}

/* --- what is heard -------------------------------------------------------- */

static bool
has_room(const struct capture_buffer *b)
{
	return sizeof(b->bytes) - b->to >=
	       sizeof(struct pcap_record) + PCAP_FRAME_MAX;
}

static void
add(struct capture_buffer *b, const void *bytes, size_t n)
{
	memcpy(b->bytes + b->to, bytes, n);
	b->to += n;
}

static void
make_room(struct capture_buffer *b)
{
	if (b->from < sizeof(b->bytes) / 2 && b->from != b->to)
		return;
	memmove(b->bytes, b->bytes + b->from, b->to - b->from);
	b->to -= b->from;
	b->from = 0;
}

static void
take_time(struct msghdr *h, struct timespec *at)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL;
	     c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level == SOL_SOCKET &&
		    c->cmsg_type == SCM_TIMESTAMPNS &&
		    c->cmsg_len == CMSG_LEN(sizeof(*at)))
			memcpy(at, CMSG_DATA(c), sizeof(*at));
	}
}

/* The loopback has each frame twice, when it is sent and when it comes. */
static bool
is_echo(const struct sockaddr_ll *from)
{
	return from->sll_hatype == ARPHRD_LOOPBACK &&
	       from->sll_pkttype == PACKET_OUTGOING;
}

/* One frame, into its place behind its record.  False when none is there; an interface
 * that goes down is told as an error, once, and may come up again. */
static bool
hear_one(struct capture_buffer *b)
{
	uint8_t *frame = b->bytes + b->to + sizeof(struct pcap_record);
	struct iovec iov = { frame, PCAP_FRAME_MAX };
	struct sockaddr_ll from = { 0 };
	struct timespec at = { 0, 0 };
	struct pcap_record record;
	union {
		char bytes[CMSG_SPACE(sizeof(struct timespec))];
		struct cmsghdr aligned;
	} control;
	struct msghdr h = { .msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	ssize_t n = recvmsg(CAPTURE_SOCKET, &h, MSG_TRUNC | MSG_DONTWAIT);

	if (n == -1)
		return errno == ENETDOWN;
	if (is_echo(&from))
		return true;
	take_time(&h, &at);
	record = pcap_frame(&at, (size_t)n);
	add(b, &record, sizeof(record));
	b->to += record.size;
	return true;
}

/* True when nothing more waits. */
static bool
hear(struct capture_buffer *b)
{
	for (int n = 0; n < FRAMES_MAX; n++) {
		if (!has_room(b))
			return false;
		if (!hear_one(b))
			return true;
	}
	return false;
}

/* --- what is written ------------------------------------------------------ */

/* False when nobody is there. */
static bool
tell(struct capture_buffer *b)
{
	ssize_t n;

	if (b->from == b->to)
		return true;
	n = send(CAPTURE_OUT, b->bytes + b->from, b->to - b->from,
	    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n == -1)
		return errno == EAGAIN || errno == EINTR;
	b->from += (size_t)n;
	return true;
}

/* What it does until the end. */
struct capture_work {
	struct capture_buffer *buffer;
	bool is_over; /* it was told to end: the socket hears nothing more, */
	bool is_done; /* and what had come was read */
};

static int
wait_for(const struct capture_work *w, struct pollfd fds[2])
{
	const struct capture_buffer *b = w->buffer;
	bool reads = !w->is_done && has_room(b);

	fds[0] = (struct pollfd){ reads ? CAPTURE_SOCKET : -1, POLLIN, 0 };
	fds[1] = (struct pollfd){ CAPTURE_OUT, w->is_over ? 0 : POLLRDHUP, 0 };
	if (b->from != b->to)
		fds[1].events |= POLLOUT;
	return poll(fds, 2, reads && w->is_over ? 0 : -1);
}

static void
serve(struct capture_work *w)
{
	struct capture_buffer *b = w->buffer;
	struct pollfd fds[2];

	while (!w->is_done || b->from != b->to) {
		if (wait_for(w, fds) == -1) {
			if (errno == EINTR)
				continue;
			return;
		}
		if ((fds[1].revents & (POLLHUP | POLLERR)) != 0)
			return;
		if ((fds[1].revents & POLLRDHUP) != 0) {
			packet_socket_stop(CAPTURE_SOCKET);
			w->is_over = true;
		}
		if (w->is_over && !w->is_done)
			w->is_done = hear(b);
		else if (fds[0].revents != 0)
			hear(b);
		if (!tell(b))
			return;
		make_room(b);
	}
}

int
capture_process(const void *unused)
{
	static struct capture_buffer buffer; /* nothing, until it is used */
	const struct pcap_file begin = pcap_begin();

	(void)unused;
	if (jail() == -1)
		return EXIT_FAILURE;
	add(&buffer, &begin, sizeof(begin));
	serve(&(struct capture_work){ .buffer = &buffer });
	return EXIT_SUCCESS;
}
