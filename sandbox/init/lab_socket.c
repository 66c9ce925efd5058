/* lab_socket.c - where the student's lab program asks. */
#include "sandbox/init/lab_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/base/scope.h"

#define BACKLOG	    8
#define REQUEST_MS  2000 /* to say what one wants */
#define ACCEPTS_MAX 20	 /* at once, */
#define ACCEPT_MS   100	 /* and then one each */

void
lab_socket_init(struct lab_socket *d)
{
	memset(d, 0, sizeof(*d));
	d->listener = -1;
	for (int i = 0; i < LAB_CLIENTS; i++)
		d->client[i].fd = -1;
	bucket_fill(&d->accepts, ACCEPTS_MAX, ACCEPT_MS);
}

int
lab_socket_open(struct lab_socket *d, uid_t user, struct err *e)
{
	CLOSES int fd =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const size_t n = sizeof(LAB_SOCKET_NAME) - 1;
	socklen_t size =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n);

	memcpy(at.sun_path + 1, LAB_SOCKET_NAME, n);
	if (fd == -1 || bind(fd, (const struct sockaddr *)&at, size) == -1 ||
	    listen(fd, BACKLOG) == -1)
		return err_set(e, errno, "socket of the lab program");
	d->user = user;
	d->listener = take_fd(&fd);
	return 0;
}

static struct lab_client *
free_place(struct lab_socket *d)
{
	for (int i = 0; i < LAB_CLIENTS; i++) {
		if (d->client[i].fd == -1)
			return &d->client[i];
	}
	return NULL;
}

static bool
is_full(const struct lab_socket *d)
{
	for (int i = 0; i < LAB_CLIENTS; i++) {
		if (d->client[i].fd == -1)
			return false;
	}
	return true;
}

void
lab_socket_wants(const struct lab_socket *d, struct pollfd fds[LAB_SOCKET_FDS])
{
	bool is_open = d->accepts.left > 0 && !is_full(d);

	fds[0] = (struct pollfd){ is_open ? d->listener : -1, POLLIN };
	for (int i = 0; i < LAB_CLIENTS; i++)
		fds[1 + i] = (struct pollfd){ d->client[i].fd, POLLIN };
}

static int
sooner(int a, int64_t b)
{
	if (b < 0)
		b = 0;
	return a == -1 || b < a ? (int)b : a;
}

int
lab_socket_timeout(const struct lab_socket *d, int64_t now_ms)
{
	int ms = -1;

	if (d->accepts.left == 0)
		ms = sooner(ms, bucket_wait_ms(&d->accepts, now_ms));
	for (int i = 0; i < LAB_CLIENTS; i++) {
		const struct lab_client *c = &d->client[i];

		if (c->fd != -1 && c->serial == 0)
			ms = sooner(ms, c->since_ms + REQUEST_MS - now_ms);
	}
	return ms;
}

/* A process of another user, such as a service of the lab, may have been taken
 * over: it may not reset the sandbox. */
static bool
may_ask(const struct lab_socket *d, int fd)
{
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	       (peer.uid == d->user || peer.uid == 0);
}

static void
take_in(struct lab_socket *d, int64_t now_ms)
{
	struct lab_client *c = free_place(d);
	int fd;

	if (c == NULL || !bucket_take(&d->accepts, now_ms))
		return;
	fd = accept4(d->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd == -1)
		return;
	*c = (struct lab_client){ .fd = fd, .since_ms = now_ms };
}

bool
lab_socket_read_request(const void *bytes, size_t size,
    enum lab_command *command)
{
	struct lab_request r;

	if (size != sizeof(r))
		return false;
	memcpy(&r, bytes, sizeof(r));
	if (r.version != LAB_VERSION || r.command >= WISHES)
		return false;
	*command = (enum lab_command)r.command;
	return true;
}

static void
hear(struct lab_socket *d, struct lab_client *c,
    const struct lab_socket_hears *to)
{
	/* One byte more than a request: what is larger is seen to be. */
	char bytes[sizeof(struct lab_request) + 1];
	ssize_t n = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (c->serial != 0 || n <= 0 ||
	    !lab_socket_read_request(bytes, (size_t)n, &c->command)) {
		/* It has closed its end, or sent something that is no request,
		 * or a second one. */
		scope_close(&c->fd);
		if (c->serial != 0)
			to->gone(to->self, c);
		return;
	}
	if (!may_ask(d, c->fd)) {
		lab_socket_answer(c, LAB_FAILED,
		    "Only the lab's own user and root may ask this.\n");
		return;
	}
	if (++d->serials == 0)
		d->serials = 1;
	c->serial = d->serials;
	to->asked(to->self, c);
}

void
lab_socket_serve(struct lab_socket *d, const struct pollfd fds[LAB_SOCKET_FDS],
    int64_t now_ms, const struct lab_socket_hears *to)
{
	bucket_refill(&d->accepts, now_ms);
	for (int i = 0; i < LAB_CLIENTS; i++) {
		struct lab_client *c = &d->client[i];

		if (c->fd == -1 || c->fd != fds[1 + i].fd)
			continue;
		if (fds[1 + i].revents != 0)
			hear(d, c, to);
		else if (c->serial == 0 && now_ms - c->since_ms >= REQUEST_MS)
			scope_close(&c->fd);
	}
	if (fds[0].revents != 0)
		take_in(d, now_ms);
}

struct lab_client *
lab_socket_find(struct lab_socket *d, uint32_t serial)
{
	for (int i = 0; i < LAB_CLIENTS; i++) {
		struct lab_client *c = &d->client[i];

		if (c->fd != -1 && c->serial == serial && serial != 0)
			return c;
	}
	return NULL;
}

/* A client whose socket does not take it has more to read than it was asked
 * for: it gets nothing. */
void
lab_socket_answer(struct lab_client *c, enum lab_status status,
    const char *text)
{
	size_t left = strlen(text);
	struct lab_piece p = { .status = status };

	do {
		size_t n = left < LAB_TEXT_MAX ? left : LAB_TEXT_MAX;

		memcpy(p.text, text, n);
		text += n;
		left -= n;
		p.is_last = left == 0;
		if (send(c->fd, &p, LAB_PIECE_HEAD + n,
			MSG_DONTWAIT | MSG_NOSIGNAL) == -1)
			break;
	} while (left > 0);
	scope_close(&c->fd);
}
