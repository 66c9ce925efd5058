/* serve.c - run commands for as long as the monitor is there. */
#include "gateway/staff/serve.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/queue.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/admin/run.h"
#include "gateway/base/child.h"
#include "gateway/base/log.h"
#include "gateway/staff/terminal_kinds.h"
#include "gateway/staff/words.h"
#include "gateway/wire/chan.h"

#define WORDS_MAX     64
#define STATUS_SIGNAL 255

/* A command that runs. */
struct tool {
	LIST_ENTRY(tool) next;
	pid_t pid;
	uint32_t number;
};

struct staff {
	struct chan monitor;
	int children; /* a signalfd */
	LIST_HEAD(, tool) tools;
};

/* --- in the fork -------------------------------------------------------------- */

/* Its descriptors, from CHILD_FD on, are those of TOOL_START. */
static int
become_tool(const void *arg)
{
	const struct msg_tool_start *m = arg;
	const struct commander who = { .is_staff = true, .link = CHILD_FD + 3 };
	char *words[WORDS_MAX + 1];
	static char line[COMMAND_SIZE]; /* too much for a stack */
	struct err e = { 0 };
	sigset_t none;
	int count;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (child_stdio(CHILD_FD, CHILD_FD + 1, CHILD_FD + 2) == -1)
		return STATUS_SIGNAL;
	if (m->pty != 0)
		ioctl(STDIN_FILENO, TIOCSCTTY, 0);
	terminal_kinds_set(m->pty == 0 ? "" : m->term);
	text_copy(line, sizeof(line), m->command);
	count = words_split(line, words, WORDS_MAX, &e);
	if (count == -1) {
		dprintf(STDERR_FILENO, "atoll: %s\n", e.text);
		return 2;
	}
	optind = 0; /* getopt(3) begins anew: our own words were read */
	exit(command_run(&who, count, words)); /* what it has to write, too */
}

/* --- the loop ----------------------------------------------------------------- */

static void
report(struct staff *s, uint32_t number, uint32_t status)
{
	struct err ignored; /* without a monitor there is nobody to tell */
	struct msg m;

	MSG_NEW(&m, TOOL_ENDED, tool_ended);
	m.tool_ended.tool = number;
	m.tool_ended.status = status;
	chan_send(&s->monitor, &m, &ignored);
}

static void
start(struct staff *s, const struct msg *m)
{
	struct tool *t = malloc(sizeof(*t));
	pid_t pid = -1;

	if (t != NULL)
		pid = child_start(become_tool, &m->tool_start, m->fd, 4);
	if (pid == -1) {
		free(t);
		report(s, m->tool_start.tool, STATUS_SIGNAL);
		return;
	}
	*t = (struct tool){ .pid = pid, .number = m->tool_start.tool };
	LIST_INSERT_HEAD(&s->tools, t, next);
}

/* False when there will be no more commands; e says why unless that is well. */
static bool
on_monitor(struct staff *s, struct err *e)
{
	struct msg m;

	*e = (struct err){ 0 };
	switch (chan_recv(&s->monitor, &m, e)) {
	case CHAN_MESSAGE:
		break;
	case CHAN_EMPTY:
		return true;
	case CHAN_CLOSED:
		e->text[0] = '\0';
		return false;
	case CHAN_UNKNOWN:
	case CHAN_BROKEN:
		return false;
	}
	if (m.type == MSG_TOOL_START)
		start(s, &m);
	msg_close(&m);
	return m.type != MSG_HELLO || chan_check_hello(&s->monitor, &m, e) == 0;
}

static void
forget(struct staff *s, pid_t pid, int status)
{
	struct tool *t;

	LIST_FOREACH(t, &s->tools, next) {
		if (t->pid == pid)
			break;
	}
	if (t == NULL)
		return;
	report(s, t->number,
	    WIFEXITED(status) ? (uint32_t)WEXITSTATUS(status) : STATUS_SIGNAL);
	LIST_REMOVE(t, next);
	free(t);
}

static void
reap(struct staff *s)
{
	struct signalfd_siginfo told;
	int status;
	pid_t pid;

	/* One signal may stand for many children. */
	while (read(s->children, &told, sizeof(told)) > 0)
		continue;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		forget(s, pid, status);
}

static int
serve(struct staff *s, struct err *e)
{
	for (;;) {
		struct pollfd fds[2] = {
			{ .fd = s->monitor.fd, .events = POLLIN },
			{ .fd = s->children, .events = POLLIN },
		};

		if (poll(fds, 2, -1) == -1 && errno != EINTR)
			return err_set(e, errno, "poll");
		if (fds[1].revents != 0)
			reap(s);
		if (fds[0].revents != 0 && !on_monitor(s, e))
			return e->text[0] == '\0' ? 0 : -1;
	}
}

int
staff_serve(int link, struct err *e)
{
	struct staff s = { .monitor = { link, STAFF, MONITOR } };
	sigset_t chld;

	LIST_INIT(&s.tools);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	s.children = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s.children == -1)
		return err_set(e, errno, "signalfd");
	if (chan_hello(&s.monitor, e) == -1)
		return -1;
	return serve(&s, e);
}
