/* reattach.c - what a session is told that could have a terminal which waits. */
#include "sandbox/init/reattach.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "gateway/base/scope.h"
#include "sandbox/init/picture.h"

/* A program that runs on and has let go of its terminal: there is nothing to
 * come back to. */
static bool
has_let_go(struct terminal *t)
{
	if (t->state != TERMINAL_DETACHED || t->master != -1)
		return false;
	if (t->pid > 1)
		kill(-t->pid, SIGHUP);
	terminal_step(t, TERMINAL_GONE);
	return true;
}

static void
say_ended(const struct terminal *t, struct msg *out)
{
	MSG_NEW(out, TERMINAL_ENDED, terminal_ended);
	out->terminal_ended.terminal = t->number;
	out->terminal_ended.since = (uint64_t)t->since;
	if (WIFSIGNALED(t->status)) {
		out->terminal_ended.signal = (uint32_t)WTERMSIG(t->status);
		out->terminal_ended.dumped = WCOREDUMP(t->status) ? 1 : 0;
	} else {
		out->terminal_ended.status = (uint32_t)WEXITSTATUS(t->status);
	}
}

static void
say_attached(const struct terminal *t, struct msg *out)
{
	MSG_NEW(out, ATTACHED, attached);
	out->attached.terminal = t->number;
	out->attached.since = (uint64_t)t->since;
	out->attached.note_at = t->picture.note_at;
	out->attached.note_under = t->picture.note_under;
	out->fd[0] = t->master;
	out->fd[1] = t->ring_file;
	out->fd[2] = t->picture.file;
}

static struct terminal *
find_meant(struct terminals *all, uint32_t number)
{
	struct terminal *t;

	if (number == TERMINAL_LAST)
		return terminals_left_last(all);
	t = terminals_numbered(all, number);
	return t != NULL && terminal_waits(t) ? t : NULL;
}

bool
reattach(struct terminals *all, const struct reattach_to *to,
    const struct msg_spawn *ask, struct msg *out)
{
	struct terminal *t;
	struct err ignored;

	do {
		t = find_meant(all, ask->terminal);
		if (t == NULL)
			return false;
		terminal_drain(t);
	} while (has_let_go(t));
	if (picture_make(t, ask->rows, ask->cols, &ignored) == -1)
		return false; /* it waits for a better moment */
	if (t->state == TERMINAL_UNSEEN) {
		say_ended(t, out);
		out->fd[0] = take_fd(&t->picture.file);
		terminal_step(t, TERMINAL_GONE);
	} else {
		terminal_take(t, to->link, to->serial);
		agent_path_set(&t->agent, to->agent);
		say_attached(t, out);
	}
	out->serial = to->serial;
	return true;
}

void
reattach_sent(struct msg *out)
{
	if (out->type == MSG_ATTACHED)
		out->fd[0] = out->fd[1] = out->fd[2] = -1;
	msg_close(out);
}
