/* events.c - init's one loop: the lifeline, the sessions' links, SIGCHLD. */
#include "sandbox/init/events.h"

#include <errno.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/init/commands.h"
#include "sandbox/init/hand.h"
#include "sandbox/init/links.h"
#include "sandbox/init/picture.h"
#include "sandbox/init/publish.h"
#include "sandbox/init/session_requests.h"
#include "sandbox/init/terminal_requests.h"

enum {
	POLL_MONITOR,
	POLL_SIGNALS,
	POLL_LAB_REQUESTS,
	POLL_LINKS = POLL_LAB_REQUESTS + LAB_REQUESTS_FDS,
	POLL_TERMINALS = POLL_LINKS + LINKS_MAX,
	POLL_MACHINES = POLL_TERMINALS + TERMINALS_MAX,
	POLL_COUNT = POLL_MACHINES + CONSOLES_POLL
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
		else if (m.type == MSG_MACHINE)
			consoles_add(&in->consoles, &in->lab_requests.socket,
			    &m);
		else if (m.type == MSG_LAB_TOLD)
			lab_requests_told(&in->lab_requests, &m);
		else if (m.type == MSG_CHECK_START)
			lab_requests_check(&in->lab_requests, m.serial,
			    links_are_any(in), m.check_start.is_last != 0);
		else if (m.type == MSG_TERMINALS_GET)
			terminal_requests_get(in, m.serial);
		else if (m.type == MSG_PUBLISH_DIAL)
			publish_dial(in, &m);
		else if (m.type == MSG_LAST_LINE_GET)
			hand_tell_line(&in->monitor, &in->terminals, m.serial);
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
	struct rusage used;
	int status;
	pid_t pid;

	while (read(in->signals, &drained, sizeof(drained)) > 0)
		continue;
	while ((pid = wait4(-1, &status, WNOHANG, &used)) > 0) {
		if (!pictures_reaped(&in->terminals, pid, status) &&
		    !commands_reaped(in, pid, status))
			lab_requests_reaped(&in->lab_requests, pid, status,
			    &used);
	}
}

/* The sooner of two timeouts of poll(2). */
static int
sooner(int a, int b)
{
	return a == -1 || (b != -1 && b < a) ? b : a;
}

static int
timeout(const struct init *in)
{
	int ms = sooner(lab_requests_timeout(&in->lab_requests),
	    pictures_timeout(&in->terminals));

	for (int i = 0; i < LINKS_MAX; i++) {
		if (in->start[i].report != -1)
			ms = sooner(ms, spawn_timeout(&in->start[i]));
	}
	return ms;
}

int
init_serve(struct init *in, struct err *e)
{
	struct pollfd fds[POLL_COUNT];

	lab_requests_hear(&in->lab_requests, terminal_requests_asked, in);
	consoles_hear(&in->consoles, publish_dialled, in);
	for (;;) {
		fds[POLL_MONITOR] = (struct pollfd){ in->monitor.fd, POLLIN };
		fds[POLL_SIGNALS] = (struct pollfd){ in->signals, POLLIN };
		for (int i = 0; i < LINKS_MAX; i++)
			fds[POLL_LINKS + i] =
			    (struct pollfd){ session_requests_source(in, i),
				    POLLIN };
		lab_requests_attend(&in->lab_requests, links_are_any(in));
		lab_requests_wants(&in->lab_requests, fds + POLL_LAB_REQUESTS);
		terminals_wants(&in->terminals, fds + POLL_TERMINALS);
		consoles_wants(&in->consoles, fds + POLL_MACHINES);
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
		consoles_serve(&in->consoles, &in->lab_requests.socket,
		    fds + POLL_MACHINES);
		for (int i = 0; i < LINKS_MAX; i++)
			session_requests_serve(in, i, &fds[POLL_LINKS + i]);
		pictures_serve(&in->terminals);
	}
}
