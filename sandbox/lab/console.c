/*
 * console.c - lab console: a shell, or a command, on another machine of the seat.
 *
 * Init brings the master of a terminal there, or the ends of three pipes.
 */
#include "sandbox/lab/console.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sandbox/lab/ask.h"
#include "sandbox/lab/commands.h"

/* So many descriptors, or -1. */
static int
take(int sock, int *fds, size_t count)
{
	union {
		char bytes[CMSG_SPACE(3 * sizeof(int))];
		struct cmsghdr aligned;
	} control;
	char word = '\0';
	struct iovec iov = { &word, 1 };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	const struct cmsghdr *c;

	if (recvmsg(sock, &h, MSG_CMSG_CLOEXEC) != 1 ||
	    word != LAB_CONSOLE_BEGINS)
		return -1;
	c = CMSG_FIRSTHDR(&h);
	if (c == NULL || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(count * sizeof(int)))
		return -1;
	memcpy(fds, CMSG_DATA(c), count * sizeof(int));
	return 0;
}

/* How it ended; the machine itself may have. */
static int
take_status(int sock)
{
	unsigned char status;

	return recv(sock, &status, 1, 0) == 1 ? status : LAB_FAILED;
}

static int
run_shell(int sock, const char *name)
{
	int master;
	bool is_over;

	if (take(sock, &master, 1) == -1)
		return give_up("the sandbox ended the answer: try again in a"
			       " moment");
	is_over = console_terminal(master, name);
	close(master);
	return is_over ? take_status(sock) : LAB_DONE;
}

static int
run_command(int sock)
{
	int stdio[3];

	if (take(sock, stdio, 3) == -1)
		return give_up("the sandbox ended the answer: try again in a"
			       " moment");
	console_command(stdio, sock);
	return take_status(sock);
}

/* As ssh does: with spaces between them.  Without memory NULL. */
static char *
join(int count, char **words)
{
	size_t size = 1;
	char *all;

	for (int i = 0; i < count; i++)
		size += strlen(words[i]) + 1;
	all = calloc(1, size);
	for (int i = 0; all != NULL && i < count; i++) {
		if (i > 0)
			strcat(all, " ");
		strcat(all, words[i]);
	}
	return all;
}

/* The shell's terminal, as large as this one. */
static void
describe_terminal(struct question *q)
{
	const char *term = getenv("TERM");
	struct winsize size = { 24, 80, 0, 0 };

	ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	q->number = (uint32_t)size.ws_row << 16 | size.ws_col;
	q->words[1] = term == NULL ? "" : term;
}

static int
ask_and_run(struct question *q)
{
	int ends[2], status, sock;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1)
		return give_up(strerror(errno));
	q->passed = ends[1];
	sock = ask_begin(q);
	close(ends[1]);
	status = sock == -1 ? LAB_FAILED : ask_end(sock, NULL, 0);
	if (status == LAB_DONE)
		status = q->words[2] == NULL ? run_shell(ends[0], q->words[0])
					     : run_command(ends[0]);
	close(ends[0]);
	return status;
}

int
run_console(int count, char **words)
{
	struct question q = { .command = LAB_COMMAND_CONSOLE };
	char *command = NULL;
	int status;

	if (count == 0) {
		fputs("usage: lab console MACHINE [COMMAND ...]; 'lab machines'"
		      " lists them\n",
		    stderr);
		return LAB_USAGE;
	}
	q.words[0] = words[0];
	if (count > 1) {
		command = join(count - 1, words + 1);
		if (command == NULL)
			return give_up(strerror(errno));
		q.words[1] = "";
		q.words[2] = command;
	} else if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		fputs("lab: a console needs a terminal: 'ssh -t HOST lab"
		      " console MACHINE' asks for one; one command does not:"
		      " 'lab console MACHINE COMMAND'\n",
		    stderr);
		return LAB_USAGE;
	} else {
		describe_terminal(&q);
	}
	status = ask_and_run(&q);
	free(command);
	return status;
}
