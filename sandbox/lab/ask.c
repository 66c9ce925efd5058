/*
 * ask.c - one request to init, and its answer.
 *
 * The texts are the lab's, and may quote files of the student: none of their
 * control characters reaches the terminal.
 */
#include "sandbox/lab/ask.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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

static void
show(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];
		int is_plain =
		    (c >= ' ' && c != 0x7f) || c == '\n' || c == '\t';

		putchar(is_plain ? c : '?');
	}
	fflush(stdout);
}

static int
give_up(const char *why)
{
	fprintf(stderr, "lab: %s\n", why);
	return LAB_FAILED;
}

int
ask(enum lab_command command)
{
	const struct lab_request request = { LAB_VERSION, command };
	struct lab_piece piece;
	int fd = connect_init();
	ssize_t n;

	if (fd == -1)
		return give_up(errno == ECONNREFUSED
				   ? "this is not an atoll sandbox"
				   : strerror(errno));
	if (send(fd, &request, sizeof(request), MSG_NOSIGNAL) == -1)
		return give_up(
		    "the sandbox does not answer: try again in a moment");
	do {
		n = recv(fd, &piece, sizeof(piece), 0);
		if (n < (ssize_t)LAB_PIECE_HEAD)
			return give_up("the sandbox ended the answer: try "
				       "again in a moment");
		show(piece.text, (size_t)n - LAB_PIECE_HEAD);
	} while (piece.is_last == 0);
	close(fd);
	return (int)piece.status;
}
