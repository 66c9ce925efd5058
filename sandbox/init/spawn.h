/*
 * spawn.h - start a process of the student's.
 */
#ifndef ATOLL_INIT_SPAWN_H
#define ATOLL_INIT_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"
#include "sandbox/init/agent.h"

/* A process between its fork and its exec.  Init's loop waits for report to be
 * readable, and does other things meanwhile: a student may have stopped it. */
struct start {
	pid_t pid;
	int report; /* -1: there is none */
	int outer[3];
	bool pty;
	bool keeps;  /* its terminal, see terminals.h; */
	bool unkept; /* it would, but there is no room for one more */
	uint32_t serial;
	uint32_t tty;		 /* of its pty, in /dev/pts */
	struct agent_path agent; /* owned; of a terminal that is kept */
	int64_t ends_ms;	 /* clock_ms() when it is given up */
};

void spawn_init(struct start *st);

/* Is it a shell whose terminal outlives the connection, in this lab? */
bool spawn_keeps(const struct msg_init_plan *plan, const struct msg_spawn *ask);

struct spawn_terms {
	uint32_t serial;
	const char *agent; /* the path of its agent's socket, or empty */
	bool keeps;	   /* its terminal, which spawn_keeps() allows */
};

/*
 * Start what ask says, as the plan's user.  Does not wait for the exec.  -1:
 * e->text is a reason that a student understands, and there is no process.
 */
int spawn_begin(const struct msg_init_plan *plan, const struct msg_spawn *ask,
    const struct spawn_terms *terms, struct start *st, struct err *e);

/* 1: its program runs.  0: not yet.  -1: there will be none, or it took too
 * long; e->text is such as "/bin/zsh: No such file or directory", and its
 * process, unless it was reaped, is the caller's to kill.  Does not block. */
int spawn_outcome(const struct start *st, struct err *e);

/* Milliseconds until it took too long, at least 0. */
int spawn_timeout(const struct start *st);

/* Its program runs on a terminal that is kept: a SPAWNED_TERMINAL that owns the
 * pty.  The ring is not its, and to be taken out before msg_close().  Ends
 * st. */
void spawn_answer_terminal(struct start *st, uint32_t number, int ring,
    struct msg *answer);

/* Its program runs: a SPAWNED_PTY, without a notice, or SPAWNED_PIPES that owns
 * the outer descriptors.  Ends st. */
void spawn_answer(struct start *st, struct msg *answer);

/* Close all that st has.  The process is left as it is. */
void spawn_forget(struct start *st);

#endif
