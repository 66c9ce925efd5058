/*
 * capture.c - lab capture: what passes an interface of this machine, as pcap.
 *
 * Init has it written to a stream, and this copies: to a file, with the student's own
 * rights, or to a program that shows it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/lab/ask.h"
#include "sandbox/lab/bytes.h"
#include "sandbox/lab/commands.h"

static int stream = -1; /* for the handler of signals */

/* Ctrl-C: no more, but what has come is written, and the last of it whole. */
static void
on_signal(int number)
{
	(void)number;
	shutdown(stream, SHUT_WR);
}

static void
hear_signals(void)
{
	const struct sigaction end = { .sa_handler = on_signal };

	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGHUP, &end, NULL);
	signal(SIGPIPE, SIG_IGN); /* tcpdump -c 5 has seen enough */
}

/* Until the capture ends, or whoever reads is gone.  -1 with errno: it cannot be
 * written. */
static int
copy(int from, int to)
{
	static char piece[65536];

	for (;;) {
		struct pollfd fds[] = { { from, POLLIN, 0 }, { to, 0, 0 } };
		ssize_t n;

		if (poll(fds, 2, -1) == -1 && errno != EINTR)
			return -1;
		if ((fds[1].revents & POLLERR) != 0)
			return 0;
		n = recv(from, piece, sizeof(piece), MSG_DONTWAIT);
		if (n == 0)
			return 0;
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return -1;
		if (n > 0 && bytes_write(to, piece, (size_t)n) == -1)
			return errno == EPIPE ? 0 : -1;
	}
}

static int
capture(struct question *q)
{
	char said[LAB_TEXT_MAX] = "";
	int ends[2], sock, rc, error, status;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == -1)
		return give_up(strerror(errno));
	q->passed = ends[1];
	stream = ends[0];
	hear_signals();
	sock = ask_begin(q);
	close(ends[1]);
	if (sock == -1) {
		close(ends[0]);
		return LAB_FAILED;
	}
	rc = copy(ends[0], STDOUT_FILENO);
	error = errno;
	stream = -1;
	close(ends[0]); /* which ends it, if nothing else has */
	status = ask_end(sock, said, sizeof(said));
	fputs(said, stderr);
	return rc == 0 ? status : give_up(strerror(error));
}

int
run_capture(int count, char **words)
{
	struct question q = { .command = LAB_COMMAND_CAPTURE };

	if (count > 1 || (count == 1 && words[0][0] == '-')) {
		fputs("usage: lab capture [INTERFACE]; what is shown of it, say"
		      " where it is read: 'lab capture | tcpdump -n -r -"
		      " icmp'\n",
		    stderr);
		return LAB_USAGE;
	}
	if (isatty(STDOUT_FILENO)) {
		fputs("lab: a capture is not for a terminal: 'lab capture |"
		      " tcpdump -n -r -' shows it, and 'lab capture >FILE'"
		      " keeps it.\nOf another machine: 'lab console MACHINE"
		      " lab capture | tcpdump -n -r -'; on your own computer:"
		      " 'ssh HOST lab capture | wireshark -k -i -'.\n",
		    stderr);
		return LAB_USAGE;
	}
	q.words[0] = count == 1 ? words[0] : NULL;
	return capture(&q);
}
