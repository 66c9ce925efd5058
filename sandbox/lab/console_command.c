/*
 * console_command.c - lab console MACHINE COMMAND: a command on another machine.
 *
 * It has ended when its shell has: what that left running in the background, such as a
 * service, goes on there with its output unread.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/lab/bytes.h"
#include "sandbox/lab/console.h"

enum { AT_INPUT, AT_TYPED, AT_OUTPUT, AT_ERRORS, AT_END, SOURCES };

/* Once; from is closed at its end, and when to takes no more.  A pipe that poll(2) calls
 * writable has room for a page, so that nothing waits here that is not ours. */
static bool
copy(int *from, int to)
{
	char piece[4096];
	ssize_t n = read(*from, piece, sizeof(piece));

	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (n > 0 && bytes_write(to, piece, (size_t)n) == 0)
		return true;
	scope_close(from);
	return false;
}

/* What is typed is read only when the command's pipe takes it. */
static void
pass_typed(int *in, const struct pollfd fds[SOURCES])
{
	int typed = STDIN_FILENO;

	if (fds[AT_INPUT].revents & POLLERR) {
		scope_close(in);
		return;
	}
	if (fds[AT_TYPED].revents == 0)
		return;
	if (!copy(&typed, *in) && typed == -1)
		scope_close(in);
}

/* What was written before the end is there by now. */
static void
drain(int *from, int to)
{
	if (*from == -1 || fcntl(*from, F_SETFL, O_NONBLOCK) == -1)
		return;
	while (copy(from, to))
		continue;
	scope_close(from);
}

void
console_command(int stdio[3], int sock)
{
	bool takes = false; /* the command, another piece of what is typed */

	signal(SIGPIPE, SIG_IGN); /* it may end before its input does */
	for (;;) {
		struct pollfd fds[SOURCES] = {
			[AT_INPUT] = { stdio[0], takes ? 0 : POLLOUT, 0 },
			[AT_TYPED] = { takes && stdio[0] != -1 ? STDIN_FILENO
							       : -1,
			    POLLIN, 0 },
			[AT_OUTPUT] = { stdio[1], POLLIN, 0 },
			[AT_ERRORS] = { stdio[2], POLLIN, 0 },
			[AT_END] = { sock, POLLIN, 0 },
		};

		if (poll(fds, SOURCES, -1) == -1)
			continue;
		pass_typed(&stdio[0], fds);
		takes = fds[AT_INPUT].revents == POLLOUT ||
			(takes && fds[AT_TYPED].revents == 0);
		if (fds[AT_OUTPUT].revents != 0)
			copy(&stdio[1], STDOUT_FILENO);
		if (fds[AT_ERRORS].revents != 0)
			copy(&stdio[2], STDERR_FILENO);
		if (fds[AT_END].revents != 0)
			break;
	}
	scope_close(&stdio[0]);
	drain(&stdio[1], STDOUT_FILENO);
	drain(&stdio[2], STDERR_FILENO);
}
