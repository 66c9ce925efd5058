/*
 * snapshot.h - the screen of a terminal, painted from the last of its bytes.
 *
 * The bytes are a student's and the emulator is libtsm, so this is the work of a
 * process that may be lost: it has one file to write to, no privileges and 200
 * ms.  When it fails, what is painted is the last screenful of text.
 *
 * A ring ends somewhere, and what is below vim was printed before vim began.  So
 * a snapshot can be the base of the next one, which then needs only what was
 * printed since: whoever makes one each time half a ring was written loses
 * nothing.
 */
#ifndef ATOLL_INIT_SNAPSHOT_H
#define ATOLL_INIT_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/err.h"
#include "gateway/base/terminal_ring.h"

#define SNAPSHOT_MS 200

/* A finished one. */
struct snapshot {
	int file; /* owned: a memfd with the bytes that paint it; -1: none */
	uint64_t position; /* of the ring: up to there they tell of */
	struct terminal_filter filter; /* state at position */
	unsigned rows, cols;	       /* for which it was painted */
};

struct snapshot_order {
	const struct terminal_ring *ring;
	const struct snapshot *base; /* NULL: none */
	unsigned rows, cols;	   /* of the terminal, as its program knew it */
	unsigned to_rows, to_cols; /* of the window to paint for */
};

/* One that is being made.  All zero: none. */
struct snapshot_run {
	pid_t pid;			/* 0: none */
	int64_t ends_ms;		/* of clock_ms() */
	struct snapshot made;		/* its file is owned */
	struct snapshot_result *result; /* memory shared with the process */
};

/*
 * Start making one: a fork, and nothing else that takes time.  The ring may be
 * written to meanwhile.  The base is read now or later, and must stay until the
 * end.  -1: there is no process, see snapshot_fallback().
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

/* The modes and the last screenful, without a process: as much text as the ring
 * has, where it then stands.  Needs 200 KiB for the time of the call. */
int snapshot_fallback(const struct snapshot_order *order, struct snapshot *made,
    struct err *e);

void snapshot_free(struct snapshot *s);

#endif
