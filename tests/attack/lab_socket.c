/*
 * lab_socket.c - in the place of lab: everything but what init wants to hear.
 *
 * usage: lab_socket odd		malformed requests; says how each ends
 *	  lab_socket silent N		as many connections as it gets, until stdin ends
 *	  lab_socket flood MS		requests that are good, as fast as it can
 *
 * Static: it is put into a sandbox of any image.
 */
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "gateway/wire/lab_protocol.h"

#define PATIENCE_MS 10000

static char large[150000];

static int
try_to_connect(int flags)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				     sizeof(LAB_SOCKET_NAME));
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | flags, 0);

	memcpy(at.sun_path + 1, LAB_SOCKET_NAME, sizeof(LAB_SOCKET_NAME) - 1);
	if (fd != -1 && connect(fd, (struct sockaddr *)&at, size) == 0)
		return fd;
	if (fd != -1)
		close(fd);
	return -1;
}

/* How it ends for who has sent that: with an answer, closed, or not at all. */
static const char *
outcome(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct lab_piece piece;

	if (poll(&p, 1, PATIENCE_MS) == 0)
		return "nothing";
	return recv(fd, &piece, sizeof(piece), 0) > 0 ? "answer" : "closed";
}

static void
say(const char *name, const void *bytes, size_t size)
{
	int fd = try_to_connect(0);

	if (fd == -1 || (size > 0 && send(fd, bytes, size, 0) == -1)) {
		printf("%s: not sent\n", name);
		return;
	}
	printf("%s: %s\n", name, outcome(fd));
	close(fd);
}

/* A good request with descriptors that nobody asked for. */
static void
say_with_descriptors(const struct lab_request *r)
{
	int fds[100], sock = try_to_connect(0);
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(fds))] = { 0 };
	struct iovec iov = { (void *)(size_t)r, sizeof(*r) };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&h);

	for (size_t i = 0; i < 100; i++)
		fds[i] = STDIN_FILENO;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(c), fds, sizeof(fds));
	if (sendmsg(sock, &h, 0) == -1)
		puts("descriptors: not sent");
	else
		printf("descriptors: %s\n", outcome(sock));
	close(sock);
}

static void
odd(void)
{
	struct lab_request r[2] = { { LAB_VERSION, LAB_COMMAND_HELP },
		{ LAB_VERSION, LAB_COMMAND_HELP } };
	struct lab_request other = { LAB_VERSION + 1, LAB_COMMAND_HELP };
	struct lab_request unknown = { LAB_VERSION, LAB_COMMANDS };

	say("good", r, sizeof(*r));
	say("silence", NULL, 0);
	say("one byte", r, 1);
	say("a byte less", r, sizeof(*r) - 1);
	say("a byte more", r, sizeof(*r) + 1);
	say("two in one", r, sizeof(r));
	say("large", large, sizeof(large));
	say("another version", &other, sizeof(other));
	say("no such request", &unknown, sizeof(unknown));
	say_with_descriptors(r);
}

static void
silent(int n)
{
	int got = 0;
	char c;

	for (int i = 0; i < n; i++)
		got += try_to_connect(SOCK_NONBLOCK) != -1;
	printf("%d of %d\n", got, n);
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		continue;
}

static long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
flood(long ms)
{
	const struct lab_request r = { LAB_VERSION, LAB_COMMAND_TIME };
	long end = now_ms() + ms, sent = 0;

	while (now_ms() < end) {
		int fd = try_to_connect(SOCK_NONBLOCK);

		if (fd == -1)
			continue;
		sent += send(fd, &r, sizeof(r), MSG_NOSIGNAL) != -1;
		close(fd);
	}
	printf("%ld requests\n", sent);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "odd") == 0)
		odd();
	else if (argc == 3 && strcmp(argv[1], "silent") == 0)
		silent(atoi(argv[2]));
	else if (argc == 3 && strcmp(argv[1], "flood") == 0)
		flood(atol(argv[2]));
	else
		return 2;
	return 0;
}
