/*
 * zygote.c - wait for connections, fork a session for each, report its end.
 *
 * It trusts the monitor, which is on the other end of its only link, and its
 * children not at all: all it takes from them is their exit status.
 */
#include "gateway/session/zygote.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/scope.h"
#include "gateway/session/serve.h"
#include "gateway/session/session.h"
#include "gateway/session/transport/hostkey.h"
#include "gateway/wire/exits.h"
#include "gateway/wire/msg_keep.h"

/* How long a session process may go on when its connection is over, to send its
 * last messages.  A process that was taken over may never end by itself. */
#define LAST_WORDS_MS 5000

/* Which process serves which connection. */
struct child {
	pid_t pid;
	uint32_t connection;
	int64_t killed_at; /* clock_ms(); 0 while the connection is not over */
	bool overdue;	   /* it was killed then */
	struct child *next;
};

int
zygote_init(struct zygote *z, int monitor, const struct jail *jail,
    ssh_bind offer, struct hostkeys *keys, struct err *e)
{
	sigset_t chld;

	*z = (struct zygote){ .monitor = { monitor, ZYGOTE, MONITOR },
		.jail = jail,
		.offer = offer,
		.keys = keys };
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &chld, NULL) == -1)
		return err_set(e, errno, "block SIGCHLD");
	z->children_fd = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	if (z->children_fd == -1)
		return err_set(e, errno, "signalfd");
	return 0;
}

/* The zygote's memory, and what a CONNECTION asks for. */
struct start {
	const struct zygote *z;
	struct msg *m;
};

/* In the fork: nothing of the zygote's is left but its memory. */
static int
become_session(const void *arg)
{
	const struct start *s = arg;
	const struct zygote *z = s->z;
	struct msg *m = s->m;
	/* For good; without memory there is no banner. */
	bool has_banner = msg_keep(m) != NULL;
	struct jail jail = *z->jail;
	struct session_plan plan = { .client = CHILD_FD,
		.monitor = CHILD_FD + 1,
		.keys = z->keys,
		.login_grace = m->connection.login_grace,
		.auth_tries = m->connection.auth_tries,
		.keepalive = m->connection.keepalive,
		.keepalive_tries = m->connection.keepalive_tries,
		.banner = has_banner ? m->connection.banner : "",
		.needs_code = m->connection.needs_code != 0 };
	sigset_t none;

	memcpy(plan.registration, m->connection.registration, NAME_SIZE);
	jail.null = CHILD_FD + 2;
	sigemptyset(&none);
	if (session_prepare_socket(&plan) == -1 ||
	    sigprocmask(SIG_SETMASK, &none, NULL) == -1)
		return EXIT_SETUP;
	return session_serve(&plan, &jail, z->offer);
}

static void
report_end(struct zygote *z, uint32_t connection, bool overdue, int status)
{
	struct msg m;
	struct err e;

	if (z->monitor.fd == -1)
		return;
	MSG_NEW(&m, SESSION_END, session_end);
	m.session_end.connection = connection;
	m.session_end.overdue = overdue;
	m.session_end.status = (uint32_t)status;
	/* Should it fail, the monitor is gone, and the loop will see that. */
	chan_send(&z->monitor, &m, &e);
}

static void
report_failure(struct zygote *z, const struct msg *asked, int error)
{
	struct msg m;
	struct err e;

	MSG_NEW(&m, FORK_FAILED, fork_failed);
	m.fork_failed.connection = asked->connection.connection;
	m.fork_failed.error = (uint32_t)error;
	m.fd[0] = asked->fd[0];
	m.fd[1] = asked->fd[1];
	chan_send(&z->monitor, &m, &e);
}

static void
on_connection(struct zygote *z, struct msg *m)
{
	struct child *child = malloc(sizeof(*child));
	pid_t pid = -1;

	if (child != NULL)
		pid = child_start(become_session, &(struct start){ z, m },
		    (const int[]){ m->fd[0], m->fd[1], z->jail->null }, 3);
	if (pid == -1) {
		report_failure(z, m, errno);
		free(child);
		return;
	}
	child->pid = pid;
	child->connection = m->connection.connection;
	child->killed_at = 0;
	child->overdue = false;
	child->next = z->children;
	z->children = child;
}

static void
on_over(struct child *c)
{
	if (c->killed_at == 0)
		c->killed_at = clock_ms() + LAST_WORDS_MS;
}

static void
on_session_over(struct zygote *z, uint32_t connection)
{
	for (struct child *c = z->children; c != NULL; c = c->next) {
		if (c->connection == connection)
			on_over(c);
	}
}

/* The monitor is gone, or has no session of ours left: then the links of our
 * sessions have ended, too. */
static void
on_monitor_gone(struct zygote *z)
{
	scope_close(&z->monitor.fd);
	for (struct child *c = z->children; c != NULL; c = c->next)
		on_over(c);
}

/* Kill the processes that are overdue; returns how long until the next one is.
 * A number cannot be another process's: it is reserved until we have waited for
 * it. */
static int
kill_overdue(struct zygote *z)
{
	int64_t now = clock_ms();
	int next = -1;

	for (struct child *c = z->children; c != NULL; c = c->next) {
		int left = (int)(c->killed_at - now);

		if (c->killed_at == 0)
			continue;
		if (left <= 0) {
			kill(c->pid, SIGKILL);
			c->overdue = true;
			left = LAST_WORDS_MS;
		}
		if (next == -1 || left < next)
			next = left;
	}
	return next;
}

/* Without it clients would be shown less than the signer has. */
static bool
show_key(struct zygote *z, const struct msg_show_key *m, struct err *e)
{
#ifdef SHARED_LIBSSH
	(void)z;
	(void)m;
	(void)e;
	return true;
#else
	return hostkey_show(z->keys, m->is_next != 0 ? NULL : z->offer, m->key,
		   e) == 0;
#endif
}

/* False when there will be no more connections. */
static bool
on_monitor(struct zygote *z, struct err *e)
{
	struct msg m;

	switch (chan_recv(&z->monitor, &m, e)) {
	case CHAN_UNKNOWN:
		log_info(NULL, "%s of a newer monitor: ignored", e->text);
		e->text[0] = '\0';
		return true;
	case CHAN_EMPTY:
		return true;
	case CHAN_CLOSED:
		e->text[0] = '\0';
		return false;
	case CHAN_BROKEN:
		return false;
	case CHAN_MESSAGE:
		break;
	}
	if (m.type == MSG_CONNECTION)
		on_connection(z, &m);
	if (m.type == MSG_SESSION_OVER)
		on_session_over(z, m.session_over.connection);
	if (m.type == MSG_SHOW_KEY && !show_key(z, &m.show_key, e))
		return false;
	msg_close(&m);
	return m.type != MSG_HELLO || chan_check_hello(&z->monitor, &m, e) == 0;
}

static void
forget(struct zygote *z, pid_t pid, int status)
{
	for (struct child **at = &z->children; *at != NULL; at = &(*at)->next) {
		struct child *found = *at;

		if (found->pid != pid)
			continue;
		report_end(z, found->connection, found->overdue, status);
		*at = found->next;
		free(found);
		return;
	}
}

static void
reap(struct zygote *z)
{
	struct signalfd_siginfo told;
	int status;
	pid_t pid;

	/* One signal may stand for many children. */
	while (read(z->children_fd, &told, sizeof(told)) > 0)
		continue;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		forget(z, pid, status);
}

int
zygote_serve(struct zygote *z, struct err *e)
{
	*e = (struct err){ 0 };
	if (chan_hello(&z->monitor, e) == -1)
		return -1;
	while (z->monitor.fd != -1 || z->children != NULL) {
		struct pollfd fds[2] = {
			{ .fd = z->monitor.fd, .events = POLLIN },
			{ .fd = z->children_fd, .events = POLLIN },
		};

		if (poll(fds, 2, kill_overdue(z)) == -1 && errno != EINTR)
			return err_set(e, errno, "poll");
		if (fds[1].revents != 0)
			reap(z);
		if (fds[0].revents != 0 && !on_monitor(z, e))
			on_monitor_gone(z);
	}
	return e->text[0] == '\0' ? 0 : -1;
}
