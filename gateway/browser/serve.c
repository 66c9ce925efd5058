/* serve.c - a fork for each terminal, for as long as there is a monitor. */
#include "gateway/browser/serve.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "gateway/base/child.h"
#include "gateway/base/log.h"
#include "gateway/browser/terminal.h"
#include "gateway/wire/chan.h"

/* In the fork, with the descriptors of BROWSER_START. */
static int
become_terminal(const void *arg)
{
	const struct jail *jail = arg;
	struct err e = { 0 };

	if (jail_tighten(jail, &e) == -1) {
		log_error(NULL, "atoll-browser: %s", e.text);
		return EXIT_FAILURE;
	}
	terminal_run(CHILD_FD, CHILD_FD + 1, CHILD_FD + 2);
	return EXIT_SUCCESS;
}

/* Without it the other ends see theirs close. */
static void
start(const struct jail *jail, const struct msg *m)
{
	if (child_start(become_terminal, jail, m->fd, 3) == -1)
		log_error(NULL, "atoll-browser: no process for a terminal");
}

int
browser_serve(const struct jail *jail, int link, struct err *e)
{
	const struct chan monitor = { link, BROWSER, MONITOR };
	struct msg m;
	int rc = 0;

	signal(SIGCHLD, SIG_IGN); /* the kernel reaps them */
	if (chan_hello(&monitor, e) == -1)
		return -1;
	while (rc == 0) {
		switch (chan_recv(&monitor, &m, e)) {
		case CHAN_MESSAGE:
			if (m.type == MSG_HELLO)
				rc = chan_check_hello(&monitor, &m, e);
			else if (m.type == MSG_BROWSER_START)
				start(jail, &m);
			msg_close(&m);
			break;
		case CHAN_EMPTY: /* a signal */
			break;
		case CHAN_CLOSED:
			return 0;
		case CHAN_UNKNOWN:
		case CHAN_BROKEN:
			rc = -1;
		}
	}
	return rc;
}
