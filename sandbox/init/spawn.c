/*
 * spawn.c - start a process of the student's: descriptors, fork, report.
 *
 * The child's own steps are in child.c.
 */
#include "sandbox/init/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "gateway/base/child.h"
#include "gateway/base/clock.h"
#include "gateway/base/scope.h"
#include "sandbox/init/child.h"
#include "sandbox/init/program.h"

/* tty(4) belongs to this group everywhere, so that write(1) works. */
#define TTY_GID 5

/* An exec takes well below a millisecond; a student may stop(1) the process
 * in the middle, and then it is given up. */
#define EXEC_TIMEOUT_MS 5000

/* Input and output that may wait in their pipes, in bytes.  With the kernel's
 * 64 K, see pipe(7), the command and the session wait for each other too often:
 * that costs a tenth of the throughput. */
#define PIPE_SIZE (256 << 10)

/* The child's three descriptors, and ours. */
struct stdio {
	int inner[3];
	int outer[3]; /* with a pty only the first: its master */
};

static void
stdio_close(struct stdio *s)
{
	for (int i = 0; i < 3; i++) {
		scope_close(&s->inner[i]);
		scope_close(&s->outer[i]);
	}
}
#define CLOSES_STDIO __attribute__((cleanup(stdio_close)))

static tcflag_t
changed(tcflag_t flags, uint32_t known, uint32_t set)
{
	return (flags & ~known) | (set & known);
}

/* What the client's own terminal is set to, or nothing.  A mode that the kernel
 * does not take is not worth a session. */
static void
set_modes(int fd, const struct msg_spawn *ask)
{
	struct termios t;

	if (tcgetattr(fd, &t) == -1)
		return;
	t.c_iflag = changed(t.c_iflag, ask->iflag_known, ask->iflag);
	t.c_oflag = changed(t.c_oflag, ask->oflag_known, ask->oflag);
	t.c_cflag = changed(t.c_cflag, ask->cflag_known, ask->cflag);
	t.c_lflag = changed(t.c_lflag, ask->lflag_known, ask->lflag);
	for (uint32_t i = 0; i < ask->characters.count; i++) {
		uint32_t index = ask->characters.id[i] >> 8;

		if (index < NCCS)
			t.c_cc[index] = (cc_t)ask->characters.id[i];
	}
	tcsetattr(fd, TCSANOW, &t);
}

static int
open_pty(const struct msg_init_plan *plan, const struct msg_spawn *ask,
    struct stdio *s, struct err *e)
{
	struct winsize size = { .ws_row = (unsigned short)ask->rows,
		.ws_col = (unsigned short)ask->cols,
		.ws_xpixel = (unsigned short)ask->width,
		.ws_ypixel = (unsigned short)ask->height };
	int unlock = 0;

	s->outer[0] = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (s->outer[0] == -1)
		return err_set(e, errno, "no terminal");
	if (ioctl(s->outer[0], TIOCSPTLCK, &unlock) == -1)
		return err_set(e, errno, "unlock terminal");
	/* By descriptor: a student may have put another file at a path. */
	s->inner[0] =
	    ioctl(s->outer[0], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (s->inner[0] == -1)
		return err_set(e, errno, "terminal's other end");
	if (fchown(s->inner[0], plan->uid, TTY_GID) == -1)
		return err_set(e, errno, "own terminal");
	if (ioctl(s->inner[0], TIOCSWINSZ, &size) == -1)
		return err_set(e, errno, "size of terminal");
	set_modes(s->inner[0], ask);
	return 0;
}

static int
open_pipes(const struct msg_init_plan *plan, struct stdio *s, struct err *e)
{
	for (int i = 0; i < 3; i++) {
		int ends[2];

		if (pipe2(ends, O_CLOEXEC) == -1)
			return err_set(e, errno, "pipe");
		if (i <= 1) /* a user at their limit keeps the kernel's 64 K */
			fcntl(ends[0], F_SETPIPE_SZ, PIPE_SIZE);
		s->inner[i] = i == 0 ? ends[0] : ends[1];
		s->outer[i] = i == 0 ? ends[1] : ends[0];
		/* Else opening /dev/stdout would be refused. */
		if (fchown(s->inner[i], plan->uid, plan->gid) == -1)
			return err_set(e, errno, "own pipe");
	}
	return 0;
}

/* Fork.  The pipe's end is closed by the child's exec, or says why there will be
 * none. */
static int
start(const struct msg_init_plan *plan, const struct msg_spawn *ask,
    const char *agent, struct stdio *s, struct start *st, struct err *e)
{
	int report[2];
	CLOSES int ours = -1;

	/* The child writes what fits, a reader never waits. */
	if (pipe2(report, O_CLOEXEC | O_NONBLOCK) == -1)
		return err_set(e, errno, "pipe");
	ours = report[0];
	st->pid = child_start(child_run,
	    &(struct child_plan){ plan, ask, agent, 0 },
	    (const int[]){ report[1], s->inner[0], s->inner[1], s->inner[2] },
	    4);
	close(report[1]);
	if (st->pid == -1)
		return errno == EAGAIN ? err_set(e, 0,
					     "too many processes (pids limit): "
					     "end some first")
				       : err_set(e, errno, "fork");
	st->report = take_fd(&ours);
	return 0;
}

bool
spawn_keeps(const struct msg_init_plan *plan, const struct msg_spawn *ask)
{
	return plan->reattach != 0 && ask->keep == KEEP_TERMINAL &&
	       ask->pty != 0 && ask->kind == SPAWN_SHELL;
}

void
spawn_init(struct start *st)
{
	*st = (struct start){ .report = -1,
		.outer = { -1, -1, -1 },
		.agent = { .directory = -1 } };
}

void
spawn_forget(struct start *st)
{
	scope_close(&st->report);
	for (int i = 0; i < 3; i++)
		scope_close(&st->outer[i]);
	agent_path_remove(&st->agent);
}

/* What it finds in SSH_AUTH_SOCK: with no path that stays, the socket itself,
 * which is there for as long as the connection. */
static const char *
choose_agent(const struct msg_init_plan *plan, const struct spawn_terms *terms,
    struct start *st)
{
	struct err ignored;

	if (!terms->keeps || terms->agent[0] == '\0' ||
	    agent_path_make(&st->agent, plan, terms->agent, &ignored) == -1)
		return terms->agent;
	return st->agent.path;
}

int
spawn_begin(const struct msg_init_plan *plan, const struct msg_spawn *ask,
    const struct spawn_terms *terms, struct start *st, struct err *e)
{
	CLOSES_STDIO struct stdio s = { { -1, -1, -1 }, { -1, -1, -1 } };

	spawn_init(st);
	if (ask->kind >= SPAWN_KINDS)
		return err_set(e, EINVAL, "kind of command");
	if (ask->pty && open_pty(plan, ask, &s, e) == -1)
		return -1;
	if (!ask->pty && open_pipes(plan, &s, e) == -1)
		return -1;
	if (start(plan, ask, choose_agent(plan, terms, st), &s, st, e) == -1) {
		agent_path_remove(&st->agent);
		return -1;
	}
	st->pty = ask->pty != 0;
	if (st->pty)
		ioctl(s.outer[0], TIOCGPTN, &st->tty);
	st->keeps = terms->keeps;
	st->unkept = !terms->keeps && spawn_keeps(plan, ask);
	st->serial = terms->serial;
	st->ends_ms = clock_ms() + EXEC_TIMEOUT_MS;
	for (int i = 0; i < 3; i++)
		st->outer[i] = take_fd(&s.outer[i]);
	return 0;
}

int
spawn_timeout(const struct start *st)
{
	int64_t left = st->ends_ms - clock_ms();

	return left < 0 ? 0 : (int)left;
}

int
spawn_outcome(const struct start *st, struct err *e)
{
	ssize_t n = read(st->report, e->text, sizeof(e->text) - 1);

	e->code = 0;
	if (n > 0) {
		e->text[n] = '\0';
		return -1;
	}
	if (n == 0)
		return 1;
	if (errno != EAGAIN && errno != EINTR)
		return err_set(e, errno, "start of the command");
	if (spawn_timeout(st) == 0)
		return err_set(e, ETIMEDOUT, "start of the command");
	return 0;
}

void
spawn_answer(struct start *st, struct msg *answer)
{
	if (st->pty)
		MSG_NEW(answer, SPAWNED_PTY, spawned_pty);
	else
		MSG_NEW(answer, SPAWNED_PIPES, spawned_pipes);
	answer->serial = st->serial;
	for (unsigned i = 0; i < msg_fds(answer->type); i++)
		answer->fd[i] = take_fd(&st->outer[i]);
	spawn_forget(st);
}

void
spawn_answer_terminal(struct start *st, uint32_t number, int ring,
    struct msg *answer)
{
	MSG_NEW(answer, SPAWNED_TERMINAL, spawned_terminal);
	answer->serial = st->serial;
	answer->spawned_terminal.terminal = number;
	answer->fd[0] = take_fd(&st->outer[0]);
	answer->fd[1] = ring;
	spawn_forget(st);
}
