/*
 * console.c - lab console: a shell on another machine of the seat.
 *
 * Init brings the master of a terminal there, and this copies between that and the
 * terminal that it was typed at.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "sandbox/lab/ask.h"
#include "sandbox/lab/commands.h"

#define LEAVE 0x1d /* Ctrl-], as on other consoles */

static volatile sig_atomic_t is_resized;

static void
on_resize(int number)
{
	(void)number;
	is_resized = 1;
}

static void
pass_size(int master)
{
	struct winsize size;

	is_resized = 0;
	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
		ioctl(master, TIOCSWINSZ, &size);
}

/* --- the two terminals ---------------------------------------------------- */

/* -1: the other side is gone. */
static int
write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t some = write(fd, bytes, n);

		if (some == -1 && errno == EINTR)
			continue;
		if (some <= 0)
			return -1;
		bytes += some;
		n -= (size_t)some;
	}
	return 0;
}

/* False at the end, and when its reader wants no more. */
static bool
copy(int from, int to, bool is_typed)
{
	char piece[4096];
	const char *leave = NULL;
	ssize_t n = read(from, piece, sizeof(piece));

	if (n == -1 && errno == EINTR)
		return true;
	if (n <= 0)
		return false;
	if (is_typed)
		leave = memchr(piece, LEAVE, (size_t)n);
	if (leave != NULL)
		n = leave - piece;
	return write_all(to, piece, (size_t)n) == 0 && leave == NULL;
}

/* True when the machine's side has ended, and not the student left. */
static bool
relay(int master)
{
	for (;;) {
		struct pollfd fds[] = { { STDIN_FILENO, POLLIN, 0 },
			{ master, POLLIN, 0 } };

		if (is_resized)
			pass_size(master);
		if (poll(fds, 2, -1) == -1)
			continue; /* a signal: see above */
		if (fds[1].revents != 0 && !copy(master, STDOUT_FILENO, false))
			return true;
		if (fds[0].revents != 0 && !copy(STDIN_FILENO, master, true))
			return false;
	}
}

/* --- the request ---------------------------------------------------------- */

/* The master; -1: there is none. */
static int
take_master(int sock)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr aligned;
	} control;
	char word = '\0';
	struct iovec iov = { &word, 1 };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	const struct cmsghdr *c;
	int fd;

	if (recvmsg(sock, &h, MSG_CMSG_CLOEXEC) != 1 ||
	    word != LAB_CONSOLE_BEGINS)
		return -1;
	c = CMSG_FIRSTHDR(&h);
	if (c == NULL || c->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* How its shell ended; the machine itself may have. */
static int
take_status(int sock)
{
	unsigned char status;

	return recv(sock, &status, 1, 0) == 1 ? status : LAB_FAILED;
}

static int
show(int sock, const char *name)
{
	int master = take_master(sock), status = LAB_DONE;
	const struct sigaction resize = { .sa_handler = on_resize };
	struct termios was, raw;
	bool is_over;

	if (master == -1 || tcgetattr(STDIN_FILENO, &was) == -1)
		return give_up("the sandbox ended the answer: try again in a"
			       " moment");
	printf("lab: the console of %s; Ctrl-] leaves it\n", name);
	fflush(stdout);
	raw = was;
	cfmakeraw(&raw);
	sigaction(SIGWINCH, &resize, NULL);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	pass_size(master);
	is_over = relay(master);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &was);
	close(master);
	if (is_over)
		status = take_status(sock);
	else
		putchar('\n');
	printf("lab: the console of %s is closed\n", name);
	return status;
}

int
run_console(int count, char **words)
{
	const char *term = getenv("TERM");
	struct winsize size = { 24, 80, 0, 0 };
	struct question q = { .command = LAB_COMMAND_CONSOLE };
	int ends[2], status, sock;

	if (count != 1) {
		fputs("usage: lab console MACHINE; 'lab machines' lists them\n",
		    stderr);
		return LAB_USAGE;
	}
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		fputs("lab: a console needs a terminal: 'ssh -t HOST lab"
		      " console MACHINE' asks for one\n",
		    stderr);
		return LAB_USAGE;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
		return give_up(strerror(errno));
	ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	q.number = (uint32_t)size.ws_row << 16 | size.ws_col;
	q.words[0] = words[0];
	q.words[1] = term == NULL ? "" : term;
	q.passed = ends[1];
	sock = ask_begin(&q);
	close(ends[1]);
	status = sock == -1 ? LAB_FAILED : ask_end(sock, NULL, 0);
	if (status == LAB_DONE)
		status = show(ends[0], words[0]);
	close(ends[0]);
	return status;
}
