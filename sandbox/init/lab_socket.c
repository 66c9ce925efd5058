/* lab_socket.c - where the student's lab program asks. */
#include "sandbox/init/lab_socket.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
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
		d->client[i].fd = d->client[i].passed = -1;
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
may_ask(const struct lab_socket *d, struct lab_client *c)
{
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);

	if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == -1)
		return false;
	c->pid = peer.pid;
	return peer.uid == d->user || peer.uid == 0;
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
	*c = (struct lab_client){ .fd = fd, .since_ms = now_ms, .passed = -1 };
}

/* One that needs no words has none: what is there is no request. */
static bool
may_have_words(uint32_t command)
{
	return command == LAB_COMMAND_RESET || command == LAB_COMMAND_PASSWD ||
	       command == LAB_COMMAND_KEY_ADD ||
	       command == LAB_COMMAND_KEY_REMOVE ||
	       command == LAB_COMMAND_HAND || command == LAB_COMMAND_CONSOLE ||
	       command == LAB_COMMAND_LINK || command == LAB_COMMAND_CAPTURE;
}

bool
lab_socket_read_request(const void *bytes, size_t size, struct lab_request *r)
{
	const char *at = bytes;
	size_t head = size < sizeof(*r) ? size : sizeof(*r);

	if ((size < sizeof(*r) && size != LAB_REQUEST_LEAST) ||
	    size > sizeof(*r) + LAB_WORDS_MAX ||
	    (size > sizeof(*r) && at[size - 1] != '\0'))
		return false;
	*r = (struct lab_request){ .number = 0 };
	memcpy(r, bytes, head);
	return r->version == LAB_VERSION && r->command < LAB_COMMANDS &&
	       (size <= sizeof(*r) || may_have_words(r->command));
}

const char *
lab_client_word(struct lab_client *c)
{
	const char *word = c->words;
	size_t n;

	if (c->words_size == 0)
		return NULL;
	n = strlen(word) + 1;
	c->words += n;
	c->words_size -= n;
	return word;
}

/* One message; *passed is a descriptor that came with it, or -1.  CMSG_SPACE would
 * have room for two. */
static ssize_t
receive(struct lab_socket *d, const struct lab_client *c, int *passed)
{
	struct iovec iov = { d->bytes, sizeof(d->bytes) };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr aligned;
	} control;
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = CMSG_LEN(sizeof(int)) };
	ssize_t n = recvmsg(c->fd, &h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *m = n > 0 ? CMSG_FIRSTHDR(&h) : NULL;

	*passed = -1;
	if (m != NULL && m->cmsg_level == SOL_SOCKET &&
	    m->cmsg_type == SCM_RIGHTS && m->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(passed, CMSG_DATA(m), sizeof(int));
	return n;
}

static void
hear_bytes(struct lab_socket *d, struct lab_client *c, ssize_t n,
    const struct lab_socket_hears *to)
{
	struct lab_request request;

	if (c->serial != 0 || n <= 0 ||
	    !lab_socket_read_request(d->bytes, (size_t)n, &request)) {
		/* It has closed its end, or sent something that is no request,
		 * or a second one. */
		scope_close(&c->fd);
		if (c->serial != 0)
			to->gone(to->self, c);
		return;
	}
	c->command = (enum lab_command)request.command;
	c->number = request.number;
	if (!may_ask(d, c)) {
		lab_socket_answer(c, LAB_FAILED,
		    "Only the lab's own user and root may ask this.\n");
		return;
	}
	if (++d->serials == 0)
		d->serials = 1;
	c->serial = d->serials;
	c->words = d->bytes + sizeof(request);
	c->words_size =
	    (size_t)n <= sizeof(request) ? 0 : (size_t)n - sizeof(request);
	to->asked(to->self, c);
	c->words = NULL;
	c->words_size = 0;
}

static void
hear(struct lab_socket *d, struct lab_client *c,
    const struct lab_socket_hears *to)
{
	int passed;
	ssize_t n = receive(d, c, &passed);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	c->passed = passed;
	hear_bytes(d, c, n, to);
	/* A client that was answered is closed, and its place is another's only
	 * later: what nobody took is here still. */
	scope_close(&c->passed);
	explicit_bzero(d->bytes, n > 0 ? (size_t)n : 0);
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
 * for: it gets nothing more. */
static bool
send_piece(const struct lab_client *c, struct lab_piece *p, const char *text,
    size_t size)
{
	memcpy(p->text, text, size);
	return send(c->fd, p, LAB_PIECE_HEAD + size,
		   MSG_DONTWAIT | MSG_NOSIGNAL) != -1;
}

bool
lab_socket_say(const struct lab_client *c, enum lab_kind kind, const char *text,
    size_t size)
{
	struct lab_piece p = { .is_last = (uint32_t)kind * LAB_KIND_FACTOR };

	while (size > 0) {
		size_t n = size < LAB_TEXT_MAX ? size : LAB_TEXT_MAX;

		if (!send_piece(c, &p, text, n))
			return false;
		text += n;
		size -= n;
	}
	return true;
}

void
lab_socket_answer(struct lab_client *c, enum lab_status status,
    const char *text)
{
	size_t left = strlen(text);
	struct lab_piece p = { .status = status };

	do {
		size_t n = left < LAB_TEXT_MAX ? left : LAB_TEXT_MAX;

		left -= n;
		p.is_last = left == 0;
		if (!send_piece(c, &p, text, n))
			break;
		text += n;
	} while (left > 0);
	scope_close(&c->fd);
}

void
lab_socket_refuse(struct lab_client *c, const char *fmt, ...)
{
	char text[LAB_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	lab_socket_answer(c, LAB_FAILED, text);
}
