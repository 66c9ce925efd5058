/*
 * snapshot.h - the screen of a terminal, painted from the last of its bytes.
 *
 * The bytes are a student's and the emulator is libtsm, so this is the work of a
 * process that may be lost: it has one file to write to, nothing of init's memory,
 * no privileges and 200 ms of a processor, for which a machine with other work has
 * a second.  When it fails, what is painted is the last screenful of text, see
 * snapshot_tail.h.
 *
 * The process is this program itself, so its main() begins with
 * snapshot_is_process(); a program that may not exec has it from a fork server,
 * and begins with snapshot_prepare().
 *
 * A ring ends somewhere, and what is below vim was printed before vim began.  So
 * a snapshot can be the base of the next one, which then needs only what was
 * printed since: whoever makes one each time half a ring was written loses
 * nothing.
 */
#ifndef ATOLL_SCREEN_SNAPSHOT_H
#define ATOLL_SCREEN_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/err.h"
#include "gateway/base/terminal_ring.h"

#define SNAPSHOT_MS 1000

/* A finished one. */
struct snapshot {
	int file; /* owned: a memfd with the bytes that paint it; -1: none */
	uint64_t position; /* of the ring: up to there they tell of */
	struct terminal_filter filter; /* state at position */
	/* In its bytes, as in struct paint_note; 0 and 0: no place. */
	uint32_t note_at, note_under;
	unsigned rows, cols; /* for which it was painted */
};

struct snapshot_order {
	const struct terminal_ring *ring;
	int ring_file;		     /* its memfd */
	const struct snapshot *base; /* NULL: none */
	unsigned rows, cols;	   /* of the terminal, as its program knew it */
	unsigned to_rows, to_cols; /* of the window to paint for */
	bool is_view; /* not a whole terminal but its rows, see view.h: what is
			 made then is no base */
};

/* One that is being made.  All zero: none. */
struct snapshot_run {
	pid_t pid;		  /* 0: none, or another's child */
	int64_t ends_ms;	  /* of clock_ms() */
	struct snapshot made;	  /* its file is owned */
	struct snapshot_job *job; /* memory shared with the process */
};

/* The descriptors that the process needs, -1 where there is none. */
#define SNAPSHOT_FILES 4

/* What snapshot_start() does before the process is there: files are those that it
 * needs, in the order of snapshot_process.h, of which the second is the caller's to
 * close.  -1 without memory. */
int snapshot_prepare(struct snapshot_run *run,
    const struct snapshot_order *order, int files[SNAPSHOT_FILES],
    struct err *e);

/*
 * Start making one: a fork, whose child execs, and nothing else that takes time.  The ring may be
 * written to meanwhile.  The base may go at once.  -1: there is no process.
 */
int snapshot_start(struct snapshot_run *run, const struct snapshot_order *order,
    struct err *e);

/* Milliseconds until it is late, for poll(2); -1: none is being made. */
int snapshot_timeout(const struct snapshot_run *run);

/* It is late: it ends, and its pid is reaped soon. */
void snapshot_kill(struct snapshot_run *run);

/*
 * run->pid was reaped with that status of wait(2).  Fills *made, whose file is
 * then the caller's; run is none.  -1: it failed, and why.
 */
int snapshot_take(struct snapshot_run *run, int status, struct snapshot *made,
    struct err *e);

/* Nobody wants it any more: it ends, and its pid is reaped soon. */
void snapshot_cancel(struct snapshot_run *run);

void snapshot_free(struct snapshot *s);

#endif
