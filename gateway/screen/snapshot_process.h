/*
 * snapshot_process.h - the process that makes a snapshot.
 *
 * Whoever wants one execs itself for it, or has a fork server that knows nothing, so
 * that nothing of its memory is there.
 */
#ifndef ATOLL_SCREEN_SNAPSHOT_PROCESS_H
#define ATOLL_SCREEN_SNAPSHOT_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/child.h"
#include "gateway/base/terminal_filter.h"

#define SNAPSHOT_ARGUMENT "--snapshot"
#define SNAPSHOT_CPU_MS	  200 /* of a processor, see snapshot_limit() */

/* Its descriptors: the file with the bytes that paint the screen, the one with
 * its job, the ring's, and the base's if there is one. */
enum {
	SNAPSHOT_OUT = CHILD_FD,
	SNAPSHOT_JOB,
	SNAPSHOT_RING,
	SNAPSHOT_BASE,
	SNAPSHOT_END
};

/* Memory that it shares with init, which bounds what it finds as the result. */
struct snapshot_job {
	unsigned rows, cols;	   /* as in struct snapshot_order */
	unsigned to_rows, to_cols; /* likewise */
	bool is_view;
	bool has_base;
	unsigned base_rows, base_cols;
	uint64_t base_position;
	struct terminal_filter base_filter;
	/* Of the result. */
	bool is_done;
	uint64_t position;
	struct terminal_filter filter;
	uint32_t note_at, note_under;
};

/* Was this program started for it?  A main() that makes snapshots asks first. */
bool snapshot_is_process(int argc, char **argv);

/* All that it does; its return value is the exit status. */
int snapshot_process(void);

/* The same in a jail of the caller's, who has its descriptors as above: enter is
 * called when they were read, and before any of it is looked at.  From then on it
 * writes to SNAPSHOT_OUT, takes memory and exits. */
int snapshot_process_in(int (*enter)(void));

/* What holds for each of these processes, whoever it runs as: limits, and neither
 * standard input, output nor error. */
int snapshot_limit(void);

#endif
