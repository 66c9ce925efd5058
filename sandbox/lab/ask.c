/* ask.c - one request to init, and its answer. */
#include "sandbox/lab/ask.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sandbox/lab/answer.h"

static int
connect_init(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const size_t n = sizeof(LAB_SOCKET_NAME) - 1;
	socklen_t size =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	memcpy(at.sun_path + 1, LAB_SOCKET_NAME, n);
	if (fd != -1 && connect(fd, (struct sockaddr *)&at, size) == 0)
		return fd;
	if (fd != -1)
		close(fd);
	return -1;
}

int
give_up(const char *why)
{
	fprintf(stderr, "lab: %s\n", why);
	return LAB_FAILED;
}

/* A request, its words behind it; they may be passwords, and are wiped.  0: they are
 * longer than a request may be. */
static size_t
pack(const struct question *q, char *to, size_t room)
{
	const struct lab_request r = { LAB_VERSION, q->command, q->number };
	size_t at = sizeof(r);

	memcpy(to, &r, sizeof(r));
	for (int i = 0; i < ASK_WORDS_MAX && q->words[i] != NULL; i++) {
		size_t n = strlen(q->words[i]) + 1;

		if (n > room - at)
			return 0;
		memcpy(to + at, q->words[i], n);
		at += n;
	}
	return at == sizeof(r) && q->number == 0 ? LAB_REQUEST_LEAST : at;
}

static int
send_with(int sock, char *bytes, size_t size, int passed)
{
	struct iovec iov = { bytes, size };
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr aligned;
	} control = { { 0 } };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (passed != -1) {
		h.msg_control = control.bytes;
		h.msg_controllen = sizeof(control.bytes);
		c = CMSG_FIRSTHDR(&h);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &passed, sizeof(int));
	}
	return sendmsg(sock, &h, MSG_NOSIGNAL) == -1 ? -1 : 0;
}

int
ask_begin(const struct question *q)
{
	char bytes[sizeof(struct lab_request) + LAB_WORDS_MAX];
	size_t size = pack(q, bytes, sizeof(bytes));
	int fd = size == 0 ? -1 : connect_init();
	int rc;

	if (fd == -1) {
		give_up(size == 0		? "that is too long"
			: errno == ECONNREFUSED ? "this is not an atoll sandbox"
						: strerror(errno));
		return -1;
	}
	rc = send_with(fd, bytes, size, q->passed);
	explicit_bzero(bytes, sizeof(bytes));
	if (rc == 0)
		return fd;
	close(fd);
	give_up("the sandbox does not answer: try again in a moment");
	return -1;
}

static int
end_early(int fd, bool is_late)
{
	close(fd);
	return give_up(is_late ? "there is no answer"
			       : "the sandbox ended the answer: try again in a"
				 " moment");
}

int
ask_end(int fd, char *text, size_t size)
{
	struct lab_piece piece;
	size_t at = 0;
	ssize_t n;

	do {
		n = recv(fd, &piece, sizeof(piece), 0);
		if (n < (ssize_t)LAB_PIECE_HEAD) {
			answer_end();
			return end_early(fd, n == -1 && errno == EAGAIN);
		}
		n -= (ssize_t)LAB_PIECE_HEAD;
		if (text == NULL)
			answer_show(&piece, (size_t)n);
		for (ssize_t i = 0; text != NULL && i < n && at + 1 < size; i++)
			text[at++] = piece.text[i];
	} while (piece.is_last % LAB_KIND_FACTOR == 0);
	answer_end();
	if (text != NULL)
		text[at] = '\0';
	close(fd);
	return (int)piece.status;
}

int
ask_question(const struct question *q)
{
	int fd = ask_begin(q);

	return fd == -1 ? LAB_FAILED : ask_end(fd, NULL, 0);
}

int
ask(enum lab_command command, uint32_t number)
{
	return ask_question(
	    &(struct question){ command, number, { NULL }, -1 });
}

int
ask_may(enum self_service what)
{
	return ask(LAB_COMMAND_SELF_MAY, what) == LAB_DONE;
}
