/* screen_signals.c - the signals that a command with a whole screen looks at. */
#include "gateway/admin/screen_signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>

int
screen_signals_open(bool stops, struct err *e)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (stops)
		sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd == -1 ? err_set(e, errno, "signalfd") : fd;
}
