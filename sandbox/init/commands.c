/* commands.c - the programs of sessions: started, signalled, ended. */
#include "sandbox/init/commands.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "gateway/base/scope.h"
#include "sandbox/init/links.h"
#include "sandbox/init/reattach.h"

static void
refuse(struct init *in, int at, uint32_t serial, const char *reason)
{
	struct msg m;

	MSG_NEW(&m, SPAWN_FAILED, spawn_failed);
	m.serial = serial;
	text_copy(m.spawn_failed.reason, TEXT_SIZE, reason);
	links_send(in, at, &m);
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
attach(struct init *in, int at, const struct msg *asked)
{
	bool is_attached;
	struct msg m;

	if (!spawn_keeps(&in->plan.init_plan, &asked->spawn) ||
	    !reattach(&in->terminals, at, asked->serial, &asked->spawn, &m))
		return false;
	is_attached = m.type == MSG_ATTACHED;
	links_send(in, at, &m);
	reattach_sent(&m);
	return is_attached;
}

void
commands_spawn(struct init *in, int at, const struct msg *asked)
{
	const struct msg_spawn *ask = &asked->spawn;
	uint32_t serial = asked->serial;
	struct start *st = &in->start[at];
	struct err e;

	if (is_known(in, at, serial)) {
		links_end(in, at); /* two of one serial: not our session */
		return;
	}
	if (attach(in, at, asked) || in->link[at].fd == -1)
		return;
	if (children_are_full(&in->children)) {
		refuse(in, at, serial,
		    "too many commands at once: try again in a moment");
		return;
	}
	if (spawn_begin(&in->plan.init_plan, ask, serial, in->agent[at].path,
		st, &e) == -1) {
		refuse(in, at, serial, e.text);
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
	struct msg m;

	if (st->keeps)
		t = terminals_add(&in->terminals, st->outer[0], st->pid, at,
		    st->serial);
	if (t == NULL) {
		spawn_answer(st, &m);
	} else {
		if (c != NULL)
			c->used = false;
		spawn_answer_terminal(st, t->number, t->ring_file, &m);
	}
	links_send(in, at, &m);
	if (t != NULL)
		m.fd[1] = -1; /* the ring stays the terminal's */
	msg_close(&m);
}

void
commands_look(struct init *in, int at, bool is_dead)
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
	refuse(in, at, st->serial, e.text);
}

void
commands_signal(struct init *in, int at, const struct msg *asked)
{
	uint32_t number = asked->signal.number;
	const struct terminal *t =
	    terminals_find(&in->terminals, at, asked->serial);

	if (t == NULL)
		children_signal(&in->children, at, asked->serial, number);
	else if (number == SIGWINCH)
		terminal_draw_anew(t);
	else
		child_signal(t->pid, number);
}

void
commands_hangup(struct init *in, int at, const struct msg *asked)
{
	struct terminal *t = terminals_find(&in->terminals, at, asked->serial);
	struct child running = { .pty = true };

	if (t == NULL) {
		children_hangup(
		    children_find(&in->children, at, asked->serial));
		return;
	}
	running.pid = t->pid;
	children_hangup(&running);
	terminal_step(t, TERMINAL_GONE);
}

static void
report_exit(struct init *in, int link, uint32_t serial, int status)
{
	struct msg m;

	if (link == -1)
		return;
	MSG_NEW(&m, EXITED, exited);
	m.serial = serial;
	if (WIFSIGNALED(status)) {
		m.exited.signal = (uint32_t)WTERMSIG(status);
		m.exited.dumped = WCOREDUMP(status) ? 1 : 0;
	} else {
		m.exited.status = (uint32_t)WEXITSTATUS(status);
	}
	links_send(in, link, &m);
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

bool
commands_reaped(struct init *in, pid_t pid, int status)
{
	struct child *c;

	/* SPAWNED comes before EXITED. */
	for (int i = 0; i < LINKS_MAX; i++) {
		if (in->start[i].report != -1 && in->start[i].pid == pid)
			commands_look(in, i, true);
	}
	if (end_terminal(in, pid, status))
		return true;
	c = children_by_pid(&in->children, pid);
	if (c == NULL)
		return false;
	c->pid = 0; /* its number may be another's from now on */
	report_exit(in, c->link, c->serial, status);
	c->used = false;
	return true;
}
