/* events.c - init's one loop: the lifeline, the sessions' links, SIGCHLD. */
#include "sandbox/init/events.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "gateway/base/scope.h"
#include "gateway/wire/chan.h"
#include "gateway/wire/lasting.h"
#include "gateway/wire/msg_keep.h"
#include "sandbox/init/agent.h"
#include "sandbox/init/children.h"
#include "sandbox/init/furnish.h"
#include "sandbox/init/lab_requests.h"
#include "sandbox/init/reattach.h"
#include "sandbox/init/setup.h"
#include "sandbox/init/sockets.h"
#include "sandbox/init/spawn.h"
#include "sandbox/init/terminals.h"

/* A seat has few connections; the monitor's limit is far below this. */
#define LINKS_MAX 64

enum {
	POLL_MONITOR,
	POLL_SIGNALS,
	POLL_LAB_REQUESTS,
	POLL_LINKS = POLL_LAB_REQUESTS + LAB_REQUESTS_FDS,
	POLL_TERMINALS = POLL_LINKS + LINKS_MAX,
	POLL_COUNT = POLL_TERMINALS + TERMINALS_MAX
};

struct init {
	struct chan monitor;	     /* the lifeline; the builder until READY */
	int signals;		     /* signalfd of SIGCHLD */
	struct msg plan;	     /* INIT_PLAN, as it came */
	struct chan link[LINKS_MAX]; /* fd -1: free */
	struct agent agent[LINKS_MAX];
	/* What the link waits for: one at a time, so that all it says is done
	 * in the order said.  Other links do not wait for it. */
	struct start start[LINKS_MAX];
	struct children children; /* but those on a terminal that is kept */
	struct terminals terminals;
	struct lab_requests lab_requests;
	/* Here and not on the stack, whose pages would all be touched. */
	struct msg in, out;
};

struct init *
init_new(int fd, struct err *e)
{
	struct init *in = calloc(1, sizeof(*in));
	sigset_t chld;

	if (in == NULL) {
		err_set(e, ENOMEM, "init");
		return NULL;
	}
	in->monitor = (struct chan){ fd, INIT, BUILDER };
	lab_requests_init(&in->lab_requests);
	terminals_init(&in->terminals);
	for (int i = 0; i < LINKS_MAX; i++) {
		in->link[i] = (struct chan){ -1, INIT, SESSION };
		spawn_init(&in->start[i]);
	}
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_SETMASK, &chld, NULL);
	in->signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	if (in->signals == -1) {
		err_set(e, errno, "signalfd");
		free(in);
		return NULL;
	}
	return in;
}

int
init_plan_receive(struct init *in, struct err *e)
{
	switch (chan_recv(&in->monitor, &in->plan, e)) {
	case CHAN_MESSAGE:
		break;
	case CHAN_BROKEN:
		return -1;
	case CHAN_UNKNOWN:
	case CHAN_EMPTY:
	case CHAN_CLOSED:
		return err_set(e, EPIPE, "no INIT_PLAN");
	}
	if (in->plan.type != MSG_INIT_PLAN)
		return err_set(e, EPROTO, "%s before INIT_PLAN",
		    msg_name(in->plan.type));
	if (msg_keep(&in->plan) == NULL)
		return err_set(e, ENOMEM, "INIT_PLAN");
	return 0;
}

int
init_setup(struct init *in, struct err *e)
{
	const struct msg_init_plan *plan = &in->plan.init_plan;
	CLOSES int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct err ignored;

	furnish_run(root);
	furnish_ping(root, plan);
	if (setup_run(plan, in->monitor.fd, in->signals, e) == 0) {
		furnish_names(root, plan);
		return 0;
	}
	MSG_NEW(&in->out, SETUP_FAILED, setup_failed);
	text_copy(in->out.setup_failed.reason, TEXT_SIZE, e->text);
	if (chan_send(&in->monitor, &in->out, &ignored) == 0)
		chan_recv(&in->monitor, &in->in, &ignored); /* until its end */
	return -1;
}

int
init_ready(struct init *in, struct err *e)
{
	if (lab_requests_open(&in->lab_requests, &in->plan.init_plan,
		&in->monitor, &in->out, e) == -1)
		return -1;
	MSG_NEW(&in->out, READY, ready);
	in->out.ready.protocol = link_number(INIT, BUILDER);
	if (chan_send(&in->monitor, &in->out, e) == -1)
		return -1;
	in->monitor.peer = MONITOR;
	return chan_nonblock(in->monitor.fd, e);
}

/* --- links of sessions -------------------------------------------------- */

/* A link's processes lose their terminals, see children_hangup(), but for those
 * that are kept. */
static void
link_end(struct init *in, int at)
{
	terminals_leave(&in->terminals, at);
	children_hangup_link(&in->children, at);
	agent_close(&in->agent[at]);
	spawn_forget(&in->start[at]);
	scope_close(&in->link[at].fd);
}

/* Send in->out.  A session that does not read its link loses it. */
static void
link_send(struct init *in, int at)
{
	struct err e;

	if (in->link[at].fd == -1)
		return;
	if (chan_send(&in->link[at], &in->out, &e) == -1)
		link_end(in, at);
}

static void
link_add(struct init *in, int *fd)
{
	struct err e;

	if (chan_nonblock(*fd, &e) == -1)
		return;
	for (int i = 0; i < LINKS_MAX; i++) {
		if (in->link[i].fd == -1) {
			in->link[i].fd = take_fd(fd);
			return;
		}
	}
}

/* --- what a session may ask --------------------------------------------- */

static void
refuse_serial(struct init *in, int at, uint32_t serial, const char *reason)
{
	MSG_NEW(&in->out, SPAWN_FAILED, spawn_failed);
	in->out.serial = serial;
	text_copy(in->out.spawn_failed.reason, TEXT_SIZE, reason);
	link_send(in, at);
}

static void
refuse(struct init *in, int at, const char *reason)
{
	refuse_serial(in, at, in->in.serial, reason);
}

static bool
is_known(struct init *in, int at, uint32_t serial)
{
	return children_find(&in->children, at, serial) != NULL ||
	       terminals_find(&in->terminals, at, serial) != NULL;
}

/* The terminal that was left last, instead of a new one.  False when there is
 * none, or only one to be told of. */
static bool
attach(struct init *in, int at)
{
	bool is_attached;

	if (!spawn_keeps(&in->plan.init_plan, &in->in.spawn) ||
	    !reattach(&in->terminals, at, in->in.serial, &in->out))
		return false;
	is_attached = in->out.type == MSG_ATTACHED;
	link_send(in, at);
	reattach_sent(&in->out);
	return is_attached;
}

static void
on_spawn(struct init *in, int at)
{
	const struct msg_spawn *ask = &in->in.spawn;
	uint32_t serial = in->in.serial;
	struct start *st = &in->start[at];
	struct err e;

	if (is_known(in, at, serial)) {
		link_end(in, at); /* two of one serial: not our session */
		return;
	}
	if (attach(in, at) || in->link[at].fd == -1)
		return;
	if (children_are_full(&in->children)) {
		refuse(in, at,
		    "too many commands at once: try again in a moment");
		return;
	}
	if (spawn_begin(&in->plan.init_plan, ask, serial, in->agent[at].path,
		st, &e) == -1) {
		refuse(in, at, e.text);
		return;
	}
	children_add(&in->children, &(struct child){ .pty = ask->pty != 0,
					.pid = st->pid,
					.link = at,
					.serial = serial });
}

/* Its program runs: say so.  One whose terminal is kept is not among the
 * children any more. */
static void
answer_start(struct init *in, int at)
{
	struct start *st = &in->start[at];
	struct terminal *t = NULL;
	struct child *c = children_find(&in->children, at, st->serial);

	if (st->keeps)
		t = terminals_add(&in->terminals, st->outer[0], st->pid, at,
		    st->serial);
	if (t == NULL) {
		spawn_answer(st, &in->out);
	} else {
		if (c != NULL)
			c->used = false;
		spawn_answer_terminal(st, t->number, t->ring_file, &in->out);
	}
	link_send(in, at);
	if (t != NULL)
		in->out.fd[1] = -1;
	msg_close(&in->out);
}

/* Has the link's command begun?  Then the session is told.  is_dead: it was
 * reaped, and its number may be another's. */
static void
on_start(struct init *in, int at, bool is_dead)
{
	struct start *st = &in->start[at];
	struct child *c;
	struct err e;

	switch (spawn_outcome(st, &e)) {
	case 0:
		if (!is_dead)
			return;
		err_set(&e, 0, "the command ended before it began");
		break;
	case 1:
		answer_start(in, at);
		return;
	default:
		break;
	}
	if (!is_dead)
		kill(st->pid, SIGKILL);
	c = children_find(&in->children, at, st->serial);
	if (c != NULL)
		c->used = false;
	spawn_forget(st);
	refuse_serial(in, at, st->serial, e.text);
}

static void
on_forward(struct init *in, int at)
{
	const struct msg_init_plan *plan = &in->plan.init_plan;
	struct err e;
	int rc;

	if (in->in.type == MSG_DIAL)
		rc = forward_dial(plan, &in->in.dial, &in->out, &e);
	else if (in->in.type == MSG_LISTEN)
		rc = forward_listen(plan, &in->in.listen, &in->out, &e);
	else
		rc = agent_open(&in->agent[at], plan, &in->out, &e);
	if (rc == -1) {
		MSG_NEW(&in->out, FORWARD_FAILED, forward_failed);
		text_copy(in->out.forward_failed.reason, TEXT_SIZE, e.text);
	}
	in->out.serial = in->in.serial;
	link_send(in, at);
	msg_close(&in->out);
}

static void
on_signal(struct init *in, int at)
{
	uint32_t number = in->in.signal.number;
	const struct terminal *t =
	    terminals_find(&in->terminals, at, in->in.serial);

	if (t == NULL)
		children_signal(&in->children, at, in->in.serial, number);
	else if (number == SIGWINCH)
		terminal_draw_anew(t);
	else
		child_signal(t->pid, number);
}

/* The client closed the channel, or knows how it ended. */
static void
on_hangup(struct init *in, int at)
{
	struct terminal *t = terminals_find(&in->terminals, at, in->in.serial);
	struct child running = { .pty = true };

	if (t == NULL) {
		children_hangup(
		    children_find(&in->children, at, in->in.serial));
		return;
	}
	running.pid = t->pid;
	children_hangup(&running);
	terminal_step(t, TERMINAL_GONE);
}

/* False when the message does not belong on a session's link. */
static bool
on_session_message(struct init *in, int at)
{
	struct err e;

	switch (in->in.type) {
	case MSG_HELLO:
		return chan_check_hello(&in->link[at], &in->in, &e) == 0;
	case MSG_SPAWN:
		on_spawn(in, at);
		return true;
	case MSG_DIAL:
	case MSG_LISTEN:
	case MSG_AGENT_OPEN:
		on_forward(in, at);
		return true;
	case MSG_SIGNAL:
		on_signal(in, at);
		return true;
	case MSG_HANGUP:
		on_hangup(in, at);
		return true;
	default:
		return false;
	}
}

static void
on_link(struct init *in, int at)
{
	struct err e;

	switch (chan_recv(&in->link[at], &in->in, &e)) {
	case CHAN_UNKNOWN: /* there is nobody to tell here */
	case CHAN_EMPTY:
		return;
	case CHAN_MESSAGE:
		if (!on_session_message(in, at))
			link_end(in, at);
		msg_close(&in->in);
		return;
	case CHAN_CLOSED:
	case CHAN_BROKEN:
		link_end(in, at);
	}
}

/* --- the monitor and the dead ------------------------------------------- */

/* False when the lifeline is gone. */
static bool
on_monitor(struct init *in)
{
	struct err e;

	switch (chan_recv(&in->monitor, &in->in, &e)) {
	case CHAN_UNKNOWN:
	case CHAN_EMPTY:
		return true;
	case CHAN_MESSAGE:
		if (in->in.type == MSG_INTRODUCE)
			link_add(in, &in->in.fd[0]);
		else if (in->in.type == MSG_LAB_TOLD)
			lab_requests_told(&in->lab_requests, &in->in);
		msg_close(&in->in);
		return true;
	case CHAN_CLOSED:
	case CHAN_BROKEN:
		break;
	}
	return false;
}

static void
report_exit(struct init *in, int link, uint32_t serial, int status)
{
	if (link == -1)
		return;
	MSG_NEW(&in->out, EXITED, exited);
	in->out.serial = serial;
	if (WIFSIGNALED(status)) {
		in->out.exited.signal = (uint32_t)WTERMSIG(status);
		in->out.exited.dumped = WCOREDUMP(status) ? 1 : 0;
	} else {
		in->out.exited.status = (uint32_t)WEXITSTATUS(status);
	}
	link_send(in, link);
}

/* True when that was a terminal's program. */
static bool
end_terminal(struct init *in, pid_t pid, int status)
{
	struct terminal *t = terminals_by_pid(&in->terminals, pid);

	if (t == NULL)
		return false;
	if (terminal_ended(t, status))
		report_exit(in, t->link, t->serial, status);
	return true;
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
		struct child *c;

		/* SPAWNED comes before EXITED. */
		for (int i = 0; i < LINKS_MAX; i++) {
			if (in->start[i].report != -1 &&
			    in->start[i].pid == pid)
				on_start(in, i, true);
		}
		if (end_terminal(in, pid, status))
			continue;
		c = children_by_pid(&in->children, pid);
		if (c == NULL) {
			lab_requests_reaped(&in->lab_requests, pid, status);
			continue;
		}
		c->pid = 0; /* its number may be another's from now on */
		report_exit(in, c->link, c->serial, status);
		c->used = false;
	}
}

/* What the link is listened to for: the command that it started last, or its
 * next message.  -1 is skipped by poll(2). */
static int
link_source(const struct init *in, int at)
{
	return in->start[at].report != -1 ? in->start[at].report
					  : in->link[at].fd;
}

/*
 * A session that is lost has left its terminals by the time that another asks
 * for one, though poll(2) may not have told: hear all that was said there first.
 */
static void
hear_lost(struct init *in, int but)
{
	struct pollfd fds[LINKS_MAX];

	if (in->plan.init_plan.reattach == 0)
		return;
	for (int i = 0; i < LINKS_MAX; i++)
		fds[i] = (struct pollfd){ i == but || in->start[i].report != -1
					      ? -1
					      : in->link[i].fd };
	if (poll(fds, LINKS_MAX, 0) <= 0)
		return;
	for (int i = 0; i < LINKS_MAX; i++) {
		while (fds[i].revents != 0 && in->link[i].fd == fds[i].fd &&
		       in->start[i].report == -1)
			on_link(in, i);
	}
}

static void
on_link_source(struct init *in, int at, const struct pollfd *p)
{
	if (in->start[at].report != -1) {
		if (p->revents != 0 || spawn_timeout(&in->start[at]) == 0)
			on_start(in, at, false);
	} else if (p->revents != 0 && in->link[at].fd != -1) {
		/* A link may have ended since; a new one in its place, or one
		 * whose command has begun, is non-blocking, so a vain read is
		 * safe. */
		hear_lost(in, at);
		on_link(in, at);
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
			    (struct pollfd){ link_source(in, i), POLLIN };
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
			on_link_source(in, i, &fds[POLL_LINKS + i]);
	}
}
