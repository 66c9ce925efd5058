/*
 * session.c - atoll-session, taken over.
 *
 * The product's own code, up to session_serve(), which the linker replaces
 * (--wrap): a client that begins with "ATTACK" then speaks, in frames, through
 * the process to whatever a session process has, from inside its jail.  Any
 * other client is served as always.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "gateway/session/serve.h"
#include "gateway/session/session.h"

#define HAIL	     "ATTACK\n"
#define FRAME_MAX    (1 << 20)
#define FDS_SENT_MAX 250
#define CLOSED	     UINT32_MAX

/* Where a frame goes to or comes from; the last ones are commands: live on
 * whatever happens to the links, and never look at anything again. */
enum { TO_MONITOR, TO_INIT, TO_SIGNER, STOP_READING, SPIN };
#define LINKS 3

/* From the test: send size bytes with fds descriptors, count times.  To the
 * test: what arrived; size CLOSED when that link is no more. */
struct frame {
	uint8_t link, fds, unused[2];
	uint32_t count, size;
};

/* --- one attack --------------------------------------------------------- */

struct attack {
	int client;
	int link[LINKS]; /* by TO_MONITOR and so on; -1 when closed */
	bool reads;
	char *bytes; /* FRAME_MAX */
};

static bool
read_all(int fd, void *to, size_t size)
{
	return size == 0 || recv(fd, to, size, MSG_WAITALL) == (ssize_t)size;
}

static void
tell(struct attack *a, uint8_t link, uint8_t fds, const void *data,
    uint32_t size)
{
	struct frame f = { .link = link, .fds = fds, .count = 1, .size = size };

	if (send(a->client, &f, sizeof(f), MSG_NOSIGNAL) != sizeof(f))
		_exit(0);
	if (size != CLOSED && size > 0 &&
	    send(a->client, data, size, MSG_NOSIGNAL) != (ssize_t)size)
		_exit(0);
}

static void
lose(struct attack *a, int link)
{
	scope_close(&a->link[link]);
	tell(a, (uint8_t)link, 0, NULL, CLOSED);
	if (link == TO_MONITOR && a->reads)
		_exit(EXIT_MONITOR);
}

static bool
send_once(int to, const struct frame *f, void *data)
{
	_Alignas(struct cmsghdr) char
	    control[CMSG_SPACE(FDS_SENT_MAX * sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = data, .iov_len = f->size };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (f->fds > 0) {
		int fds[FDS_SENT_MAX];
		struct cmsghdr *cm;

		for (unsigned i = 0; i < f->fds; i++)
			fds[i] = STDIN_FILENO;
		h.msg_control = control;
		h.msg_controllen = CMSG_SPACE(f->fds * sizeof(int));
		cm = CMSG_FIRSTHDR(&h);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(f->fds * sizeof(int));
		memcpy(CMSG_DATA(cm), fds, f->fds * sizeof(int));
	}
	return sendmsg(to, &h, MSG_NOSIGNAL) != -1;
}

static void
on_frame(struct attack *a)
{
	struct frame f;

	if (!read_all(a->client, &f, sizeof(f)) || f.size > FRAME_MAX ||
	    f.fds > FDS_SENT_MAX || !read_all(a->client, a->bytes, f.size))
		_exit(0);
	if (f.link == STOP_READING)
		a->reads = false;
	for (; f.link == SPIN;) /* as long as we are let */
		continue;
	if (f.link >= LINKS || a->link[f.link] == -1)
		return;
	for (uint32_t i = 0; i < f.count; i++) {
		if (send_once(a->link[f.link], &f, a->bytes))
			continue;
		lose(a, f.link);
		break;
	}
}

/* A message begins with its number. */
static bool
is_signers(const char *bytes)
{
	uint32_t number;

	memcpy(&number, bytes, sizeof(number));
	return number == msg_number(MSG_SIGNER_LINK);
}

static void
on_link(struct attack *a, int link)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))];
	struct iovec iov = { .iov_base = a->bytes, .iov_len = FRAME_MAX };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(a->link[link], &h, MSG_CMSG_CLOEXEC);
	uint8_t fds = 0;

	if (n <= 0) {
		lose(a, link);
		return;
	}
	for (struct cmsghdr *cm = CMSG_FIRSTHDR(&h); cm != NULL;
	     cm = CMSG_NXTHDR(&h, cm)) {
		/* SEAT_READY brings the link to init, and SIGNER_LINK that to
		 * the signer; others stay open. */
		if (cm->cmsg_type == SCM_RIGHTS && link == TO_MONITOR) {
			memcpy(&a->link[is_signers(a->bytes) ? TO_SIGNER
							     : TO_INIT],
			    CMSG_DATA(cm), sizeof(int));
			fds = 1;
		} else if (cm->cmsg_type == SCM_RIGHTS) {
			fds = (uint8_t)((cm->cmsg_len - CMSG_LEN(0)) /
					sizeof(int));
		}
	}
	tell(a, (uint8_t)link, fds, a->bytes, (uint32_t)n);
}

static _Noreturn void
attack(int client, int monitor)
{
	struct attack a = { client, { monitor, -1, -1 }, true,
		malloc(FRAME_MAX) };
	char hail[sizeof(HAIL)];

	if (a.bytes == NULL || !read_all(client, hail, strlen(HAIL)))
		_exit(EXIT_MEMORY);
	for (;;) {
		struct pollfd p[LINKS + 1] = { { a.client, POLLIN, 0 } };

		for (int i = 0; i < LINKS; i++)
			p[i + 1] = (struct pollfd){ a.reads ? a.link[i] : -1,
				POLLIN, 0 };
		if (poll(p, LINKS + 1, -1) == -1)
			_exit(EXIT_SETUP);
		for (int i = 0; i < LINKS; i++) {
			if (p[i + 1].revents != 0)
				on_link(&a, i);
		}
		if (p[0].revents != 0)
			on_frame(&a);
	}
}

enum session_exit __real_session_serve(const struct session_plan *plan,
    const struct jail *jail, ssh_bind offer);
enum session_exit __wrap_session_serve(const struct session_plan *plan,
    const struct jail *jail, ssh_bind offer);

enum session_exit
__wrap_session_serve(const struct session_plan *plan, const struct jail *jail,
    ssh_bind offer)
{
	struct pollfd p = { plan->client, POLLIN, 0 };
	char first = 0;
	struct err e;

	poll(&p, 1, 10000);
	recv(plan->client, &first, 1, MSG_PEEK | MSG_DONTWAIT);
	if (first != HAIL[0])
		return __real_session_serve(plan, jail, offer);
	/* Both block from here on. */
	if (fcntl(plan->client, F_SETFL, 0) == -1 ||
	    fcntl(plan->monitor, F_SETFL, 0) == -1 ||
	    jail_tighten(jail, &e) == -1)
		return EXIT_SETUP;
	attack(plan->client, plan->monitor);
}
