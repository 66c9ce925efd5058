/*
 * console_terminal.c - lab console MACHINE: a shell on another machine of the seat.
 *
 * Copies between the master of its terminal and the terminal that this was typed at.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "sandbox/lab/bytes.h"
#include "sandbox/lab/console.h"

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
	return bytes_write(to, piece, (size_t)n) == 0 && leave == NULL;
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

/* --- all of it ----------------------------------------------------------- */

bool
console_terminal(int master, const char *name)
{
	const struct sigaction resize = { .sa_handler = on_resize };
	struct termios was, raw;
	bool is_over;

	if (tcgetattr(STDIN_FILENO, &was) == -1)
		return false;
	printf("lab: the console of %s; Ctrl-] leaves it\n", name);
	fflush(stdout);
	raw = was;
	cfmakeraw(&raw);
	sigaction(SIGWINCH, &resize, NULL);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	pass_size(master);
	is_over = relay(master);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &was);
	if (!is_over)
		putchar('\n');
	printf("lab: the console of %s is closed\n", name);
	return is_over;
}
