/* events.c - init's one loop: the lifeline, the sessions' links, SIGCHLD. */
#include "sandbox/init/events.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/init/commands.h"
#include "sandbox/init/links.h"
#include "sandbox/init/session_requests.h"

enum {
	POLL_MONITOR,
	POLL_SIGNALS,
	POLL_LAB_REQUESTS,
	POLL_LINKS = POLL_LAB_REQUESTS + LAB_REQUESTS_FDS,
	POLL_TERMINALS = POLL_LINKS + LINKS_MAX,
	POLL_COUNT = POLL_TERMINALS + TERMINALS_MAX
};

/* False when the lifeline is gone. */
static bool
on_monitor(struct init *in)
{
	struct msg m;
	struct err e;

	switch (chan_recv(&in->monitor, &m, &e)) {
	case CHAN_UNKNOWN:
	case CHAN_EMPTY:
		return true;
	case CHAN_MESSAGE:
		if (m.type == MSG_INTRODUCE)
			links_add(in, &m.fd[0]);
		else if (m.type == MSG_LAB_TOLD)
			lab_requests_told(&in->lab_requests, &m);
		msg_close(&m);
		return true;
	case CHAN_CLOSED:
	case CHAN_BROKEN:
		break;
	}
	return false;
}

/* Everything in the sandbox that lost its parent is ours to reap. */
static void
reap(struct init *in)
{
	struct signalfd_siginfo drained;
	int status;
	pid_t pid;

	while (read(in->signals, &drained, sizeof(drained)) > 0)
		continue;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (!commands_reaped(in, pid, status))
			lab_requests_reaped(&in->lab_requests, pid, status);
	}
}

static int
timeout(const struct init *in)
{
	int ms = lab_requests_timeout(&in->lab_requests);

	for (int i = 0; i < LINKS_MAX; i++) {
		int left;

		if (in->start[i].report == -1)
			continue;
		left = spawn_timeout(&in->start[i]);
		if (ms == -1 || left < ms)
			ms = left;
	}
	return ms;
}

int
init_serve(struct init *in, struct err *e)
{
	struct pollfd fds[POLL_COUNT];

	for (;;) {
		fds[POLL_MONITOR] = (struct pollfd){ in->monitor.fd, POLLIN };
		fds[POLL_SIGNALS] = (struct pollfd){ in->signals, POLLIN };
		for (int i = 0; i < LINKS_MAX; i++)
			fds[POLL_LINKS + i] =
			    (struct pollfd){ session_requests_source(in, i),
				    POLLIN };
		lab_requests_wants(&in->lab_requests, fds + POLL_LAB_REQUESTS);
		terminals_wants(&in->terminals, fds + POLL_TERMINALS);
		if (poll(fds, POLL_COUNT, timeout(in)) == -1) {
			if (errno == EINTR)
				continue;
			return err_set(e, errno, "poll");
		}
		if (fds[POLL_MONITOR].revents != 0 && !on_monitor(in))
			return 0;
		if (fds[POLL_SIGNALS].revents != 0)
			reap(in);
		lab_requests_serve(&in->lab_requests, fds + POLL_LAB_REQUESTS);
		terminals_serve(&in->terminals, fds + POLL_TERMINALS);
		for (int i = 0; i < LINKS_MAX; i++)
			session_requests_serve(in, i, &fds[POLL_LINKS + i]);
	}
}
