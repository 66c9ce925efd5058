/*
 * terminals.h - the terminals of a sandbox that outlive their connections.
 *
 * A terminal is a pty with the program on it and a ring of what that wrote last.
 * While somebody is attached their session reads the pty and writes the ring;
 * while nobody is, init does both, so that the program never waits for a reader.
 */
#ifndef ATOLL_INIT_TERMINALS_H
#define ATOLL_INIT_TERMINALS_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/terminal_due.h"
#include "gateway/base/terminal_ring.h"
#include "gateway/screen/snapshot.h"
#include "sandbox/init/agent.h"
#include "sandbox/init/children.h"

/* Each costs its ring, of the sandbox's memory. */
#define TERMINALS_MAX 16

/*
 * Gone: there is none, its place is free.  Attached: a session has it.  Ending:
 * its program has ended, and the session that has it tells its client so.
 * Detached: its session was lost, and the program runs on.  Unseen: its program
 * has ended, and nobody was told.
 */
enum terminal_state {
	TERMINAL_GONE,
	TERMINAL_ATTACHED,
	TERMINAL_ENDING,
	TERMINAL_DETACHED,
	TERMINAL_UNSEEN,
	TERMINAL_STATES
};

struct terminal {
	enum terminal_state state; /* terminal_step() alone writes it */
	uint32_t number;	   /* in the sandbox, from 1 */
	int64_t since;		   /* seconds since the epoch */
	uint64_t left; /* the greatest of all was left last; 0: never */
	int link;      /* of the session that has it; -1: nobody */
	uint32_t serial;
	pid_t pid;     /* of what was started on it; 0 once it has ended */
	int master;    /* owned; -1 once nobody can write to it */
	int ring_file; /* owned; the memfd of ring */
	struct terminal_ring ring; /* owned */
	struct snapshot picture;   /* owned; the last one, of which the
				      next one is made */
	struct snapshot_run run;   /* owned; it is being made anew */
	struct terminal_due due;   /* while init writes the ring */
	bool is_due;		   /* to be made anew, see picture.h */
	struct agent_path agent;   /* owned; what its programs know as
				      the client's agent */
	int status;		   /* as of wait(2), once it has ended */
};

/* All zero: there are none.  A place that was never used is not written to, so
 * that its memory costs an idle init nothing. */
struct terminals {
	struct terminal at[TERMINALS_MAX];
	uint32_t numbers;  /* the last one given, to any pty */
	uint64_t leavings; /* likewise */
};

/* The only place where a terminal's state changes.  When there is no such step
 * the terminal ends, whatever it was: its place is free, and false is
 * returned. */
bool terminal_step(struct terminal *t, enum terminal_state next);

/* The number of a pty that is about to be made, kept or not. */
uint32_t terminals_next_number(struct terminals *all);

/* As many as there may be. */
bool terminals_are_full(const struct terminals *all);

/*
 * A new terminal, attached to who asked for c, which runs on it.  A copy of master
 * is made.  NULL when there are too many, or no memory: then c's terminal is one
 * that goes with its channel.
 */
struct terminal *terminals_add(struct terminals *all, int master,
    const struct child *c);

/* What that session has as serial; NULL when it is none of these. */
struct terminal *terminals_find(struct terminals *all, int link,
    uint32_t serial);

/* The one whose program runs as pid, which is not 0. */
struct terminal *terminals_by_pid(struct terminals *all, pid_t pid);

/* The one of that number; NULL: it is none of these. */
struct terminal *terminals_numbered(struct terminals *all, uint32_t number);

/* Nobody is at it: detached, or unseen. */
bool terminal_waits(const struct terminal *t);

/* The one that was left last, of those that wait; NULL: none does. */
struct terminal *terminals_left_last(struct terminals *all);

/* Its session has left it, or is lost: it waits. */
void terminal_leave(struct terminals *all, struct terminal *t);

/* That session is lost: what it had waits. */
void terminals_leave(struct terminals *all, int link);

/* Its program has ended.  True: somebody is attached, and is to be told. */
bool terminal_ended(struct terminal *t, int status);

/* A detached one is that session's now. */
bool terminal_take(struct terminal *t, int link, uint32_t serial);

/* Tell the program in the foreground that the size has changed, even where the
 * kernel saw no change, so that it draws anew. */
void terminal_draw_anew(const struct terminal *t);

/* Into the ring with what its program has written and nobody has read. */
void terminal_drain(struct terminal *t);

/* What to poll for: the terminals that are read here.  -1 for others. */
void terminals_wants(const struct terminals *all,
    struct pollfd fds[TERMINALS_MAX]);

/* After a poll: into the rings with what came. */
void terminals_serve(struct terminals *all,
    const struct pollfd fds[TERMINALS_MAX]);

#endif
