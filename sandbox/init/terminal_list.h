/*
 * terminal_list.h - what there is to tell of the terminals of a sandbox.
 */
#ifndef ATOLL_INIT_TERMINAL_LIST_H
#define ATOLL_INIT_TERMINAL_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "sandbox/init/children.h"
#include "sandbox/init/terminals.h"

#define TERMINAL_PROGRAM_SIZE 128

struct terminal_row {
	uint32_t number;
	int64_t since; /* seconds since the epoch */
	enum terminal_told state;
	bool is_kept;	     /* or it goes with its connection */
	uint32_t rows, cols; /* 0: not known */
	/* The command line of what has the foreground, without control
	 * characters; "" when there is none to be seen. */
	char program[TERMINAL_PROGRAM_SIZE];
};

/*
 * One for each pty that a session was given, kept or not, by number;
 * TERMINAL_ROWS_MAX at most.  Returns how many.  Reads the sandbox's /proc and
 * /dev/pts, which may be missing or anything.
 */
size_t terminal_list(const struct terminals *all,
    const struct children *children, struct terminal_row *to);

#endif
