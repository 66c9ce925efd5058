/* secret.c - a password is asked for at the terminal. */
#include "sandbox/lab/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "gateway/base/scope.h"
#include "sandbox/lab/ask.h"

static volatile sig_atomic_t caught;

static void
on_signal(int number)
{
	caught = number;
}

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

/* Up to the line's end; -1 when it is cut short. */
static ssize_t
read_line(int tty, char *to, size_t size)
{
	size_t at = 0;

	for (;;) {
		ssize_t n = read(tty, to + at, 1);

		if (n <= 0)
			return -1; /* a signal, or Ctrl-D */
		if (to[at] == '\n')
			break;
		if (to[at] == '\0' || ++at == size)
			return -1;
	}
	to[at] = '\0';
	return (ssize_t)at;
}

/* The terminal has its echo back whatever ends this; the signal comes again when
 * that is so. */
static ssize_t
read_quietly(int tty, const char *prompt, char secret[SECRET_SIZE])
{
	const struct sigaction action = { .sa_handler = on_signal };
	struct sigaction before[SIGNALS];
	struct termios was, quiet;
	ssize_t n;

	if (tcgetattr(tty, &was) == -1)
		return -1;
	caught = 0;
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &action, &before[i]);
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	quiet.c_lflag |= ICANON | ISIG;
	tcsetattr(tty, TCSAFLUSH, &quiet);
	dprintf(tty, "%s", prompt);
	n = read_line(tty, secret, SECRET_SIZE);
	tcsetattr(tty, TCSAFLUSH, &was);
	dprintf(tty, "\n");
	for (size_t i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &before[i], NULL);
	if (caught != 0) {
		explicit_bzero(secret, SECRET_SIZE);
		raise(caught);
	}
	return n;
}

bool
secret_ask(const char *prompt, char secret[SECRET_SIZE])
{
	CLOSES int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (tty == -1) {
		give_up("there is no terminal to ask for a password at: log in"
			" with one, as with 'ssh -t'");
		return false;
	}
	n = read_quietly(tty, prompt, secret);
	if (n > 0)
		return true;
	explicit_bzero(secret, SECRET_SIZE);
	give_up(n == 0 ? "nothing was typed, and nothing was changed"
		       : "no whole line was typed, and nothing was changed");
	return false;
}
