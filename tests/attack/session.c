/*
 * session.c - in the place of atoll-session: does on its links what a test says.
 *
 * The builder starts it as the zygote.  A client that begins with "ATTACK\n"
 * then speaks through its process to whatever a session process that was taken
 * over has: frames, see struct frame.  Any other client is passed on to the
 * real atoll-session, libexec_dir/real/atoll-session, a zygote of our own.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/shared/chan.h"
#include "gateway/shared/privs.h"
#include "gateway/shared/scope.h"

#define MONITOR_FD   3
#define HAIL	     "ATTACK\n"
#define FRAME_MAX    (1 << 20)
#define FDS_SENT_MAX 250
#define CLOSED	     UINT32_MAX

/* Where a frame goes to or comes from; the last ones are commands. */
enum { TO_MONITOR, TO_INIT, AS_ZYGOTE, STOP_READING, SPIN };

/* From the test: send size bytes with fds descriptors, count times.  To the
 * test: what arrived; size CLOSED when that link is no more. */
struct frame {
	uint8_t link, fds, unused[2];
	uint32_t count, size;
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "attacker: %s: %s\n", what, strerror(errno));
	_exit(99);
}

/* --- one attack --------------------------------------------------------- */

struct attack {
	int client;
	int link[3]; /* by TO_MONITOR, TO_INIT, AS_ZYGOTE; -1 when closed */
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
	if (f.link > AS_ZYGOTE || a->link[f.link] == -1)
		return;
	for (uint32_t i = 0; i < f.count; i++) {
		if (send_once(a->link[f.link], &f, a->bytes))
			continue;
		lose(a, f.link);
		break;
	}
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
		/* SEAT_READY brings the link to init; others stay open. */
		if (cm->cmsg_type == SCM_RIGHTS && link == TO_MONITOR) {
			memcpy(&a->link[TO_INIT], CMSG_DATA(cm), sizeof(int));
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
	struct attack a = { client, { monitor, -1, MONITOR_FD }, true,
		malloc(FRAME_MAX) };

	if (a.bytes == NULL)
		die("memory");
	for (;;) {
		struct pollfd p[3] = { { a.client, POLLIN, 0 },
			{ a.reads ? a.link[TO_MONITOR] : -1, POLLIN, 0 },
			{ a.reads ? a.link[TO_INIT] : -1, POLLIN, 0 } };

		if (poll(p, 3, -1) == -1)
			die("poll");
		if (p[1].revents != 0)
			on_link(&a, TO_MONITOR);
		if (p[2].revents != 0)
			on_link(&a, TO_INIT);
		if (p[0].revents != 0)
			on_frame(&a);
	}
}

/* --- the zygote's part -------------------------------------------------- */

/* In a process of its own: attacker or honest client? */
static _Noreturn void
meet(struct msg *m, const struct chan *real, char **argv)
{
	struct timeval patience = { .tv_sec = 10 };
	char hail[sizeof(HAIL)] = "";
	struct err e = { 0 };

	setsockopt(m->fd[0], SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	recv(m->fd[0], hail, strlen(HAIL), MSG_PEEK | MSG_WAITALL);
	patience.tv_sec = 0;
	setsockopt(m->fd[0], SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	if (strcmp(hail, HAIL) != 0) {
		chan_send(real, m, &e);
		_exit(0);
	}
	read_all(m->fd[0], hail, strlen(HAIL));
	/* -u UID -g GID, as the builder has it. */
	if (privs_drop((uid_t)atoi(argv[2]), (gid_t)atoi(argv[4]), &e) == -1)
		die(e.text);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(real->fd);
	attack(m->fd[0], m->fd[1]);
}

static int
start_real(char **argv)
{
	char path[PATH_SIZE], *self = strdup(argv[0]);
	struct err e;
	int ends[2];
	pid_t pid;

	snprintf(path, sizeof(path), "%s/real/atoll-session", dirname(self));
	if (chan_pair(ends, &e) == -1)
		die(e.text);
	pid = fork();
	if (pid == 0) {
		if (dup2(ends[1], MONITOR_FD) == -1)
			die("dup2");
		execv(path, argv);
		die(path);
	}
	close(ends[1]);
	free(self);
	return ends[0];
}

static void
on_monitor(const struct chan *monitor, struct chan *real, struct msg *m,
    char **argv)
{
	struct err e;

	if (chan_recv(monitor, m, &e) != CHAN_MESSAGE) {
		scope_close(&real->fd); /* it ends when its sessions have */
		while (waitpid(-1, NULL, 0) != -1 || errno == EINTR)
			continue;
		_exit(0);
	}
	if (m->type == MSG_CONNECTION && fork() == 0)
		meet(m, real, argv);
	else if (m->type != MSG_CONNECTION)
		chan_send(real, m, &e);
	msg_close(m);
}

int
main(int argc, char **argv)
{
	struct chan monitor = { MONITOR_FD, ZYGOTE, MONITOR };
	struct chan real = { -1, MONITOR, ZYGOTE };
	struct msg *m = malloc(sizeof(*m));
	struct err e;

	if (argc < 5 || m == NULL)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	real.fd = start_real(argv);
	for (;;) {
		struct pollfd p[2] = { { monitor.fd, POLLIN, 0 },
			{ real.fd, POLLIN, 0 } };

		if (poll(p, 2, -1) == -1)
			die("poll");
		if (p[1].revents != 0) {
			if (chan_recv(&real, m, &e) != CHAN_MESSAGE)
				return 1;
			chan_send(&monitor, m, &e);
		}
		if (p[0].revents != 0)
			on_monitor(&monitor, &real, m, argv);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
	}
}
