/* commands.c - the programs of sessions: started, signalled, ended. */
#include "sandbox/init/commands.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "gateway/base/scope.h"
#include "sandbox/init/links.h"
#include "sandbox/init/picture.h"
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

/* A terminal that waits, instead of a new one.  True when nothing is to be
 * started: the session has its answer.  There may be only one to be told of, whose
 * program has ended. */
static bool
attach(struct init *in, int at, const struct msg *asked)
{
	const struct reattach_to to = { at, asked->serial, in->agent[at].path };
	uint32_t number = asked->spawn.terminal;
	char reason[TEXT_SIZE];
	bool is_over;
	struct msg m;

	if (spawn_keeps(&in->plan.init_plan, &asked->spawn) &&
	    reattach(&in->terminals, &to, &asked->spawn, &m)) {
		is_over = m.type == MSG_ATTACHED;
		links_send(in, at, &m);
		reattach_sent(&m);
		return is_over || in->link[at].fd == -1;
	}
	if (number == TERMINAL_LAST || number == TERMINAL_NEW)
		return false;
	snprintf(reason, sizeof(reason),
	    "terminal %" PRIu32 " does not wait for you any more", number);
	refuse(in, at, asked->serial, reason);
	return true;
}

/* Start it, and note who asked. */
static void
begin(struct init *in, int at, const struct msg *asked)
{
	const struct msg_init_plan *plan = &in->plan.init_plan;
	const struct msg_spawn *ask = &asked->spawn;
	const struct spawn_terms terms = { .serial = asked->serial,
		.agent = in->agent[at].path,
		.keeps = spawn_keeps(plan, ask) &&
			 !terminals_are_full(&in->terminals) };
	struct start *st = &in->start[at];
	struct err e;

	if (spawn_begin(plan, ask, &terms, st, &e) == -1) {
		refuse(in, at, asked->serial, e.text);
		return;
	}
	children_add(&in->children,
	    &(struct child){ .pty = st->pty,
		.pid = st->pid,
		.link = at,
		.serial = st->serial,
		.number = st->pty ? terminals_next_number(&in->terminals) : 0,
		.tty = st->tty,
		.since = time(NULL) });
}

void
commands_spawn(struct init *in, int at, const struct msg *asked)
{
	if (is_known(in, at, asked->serial)) {
		links_end(in, at); /* two of one serial: not our session */
		return;
	}
	in->changes[at] = asked->spawn.changes != 0;
	lab_requests_active(&in->lab_requests);
	if (attach(in, at, asked))
		return;
	if (children_are_full(&in->children))
		refuse(in, at, asked->serial,
		    "too many commands at once: try again in a moment");
	else
		begin(in, at, asked);
}

/* Its pty goes with its connection though the lab keeps terminals: a student
 * who relies on the other is to know. */
static void
say_unkept(const struct init *in, struct msg *m)
{
	if (terminals_are_full(&in->terminals))
		snprintf(m->spawned_pty.notice, TEXT_SIZE,
		    "this terminal ends with its connection: %d others are"
		    " kept, and that is the most ('lab terminals' lists them)",
		    TERMINALS_MAX);
	else
		text_copy(m->spawned_pty.notice, TEXT_SIZE,
		    "this terminal ends with its connection: there is no"
		    " memory to keep it");
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

	if (st->keeps && c != NULL)
		t = terminals_add(&in->terminals, st->outer[0], c);
	if (t == NULL) {
		bool is_unkept = st->keeps || st->unkept;

		agent_path_leave(&st->agent);
		spawn_answer(st, &m);
		if (m.type == MSG_SPAWNED_PTY && c != NULL)
			m.spawned_pty.terminal = c->number;
		if (is_unkept)
			say_unkept(in, &m);
	} else {
		c->used = false;
		t->agent = st->agent;
		st->agent = (struct agent_path){ .directory = -1 };
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
commands_drawn(struct init *in, int at, const struct msg *asked)
{
	struct terminal *t = terminals_find(&in->terminals, at, asked->serial);

	if (t != NULL)
		picture_renew(t);
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

void
commands_leave(struct init *in, int at, const struct msg *asked)
{
	struct terminal *t = terminals_find(&in->terminals, at, asked->serial);

	if (t != NULL)
		terminal_leave(&in->terminals, t);
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
