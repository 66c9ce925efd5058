/*
 * program.h - a program of the lab's while it runs, and what it prints.
 *
 * It runs as root of the sandbox, with neither terminal nor input.
 */
#ifndef ATOLL_INIT_PROGRAM_H
#define ATOLL_INIT_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "gateway/base/err.h"
#include "gateway/wire/msg.h"
#include "sandbox/init/child.h"

#define PROGRAM_OUTPUT_MAX 6144

struct program_run {
	pid_t pid; /* leader of its session; 0: none runs */
	int out;   /* what it prints, non-blocking; -1 at the end of that */
	int64_t ends_ms;
	bool keeps_end; /* of what is too much the end is kept */
	bool is_cut;
	size_t used;
	char text[PROGRAM_OUTPUT_MAX + 1]; /* ends with a NUL */
};

/* Fill r and start it; its time begins now. */
int program_start(struct program_run *r, const struct msg_init_plan *plan,
    const struct lab_run *run, struct err *e);

/* Take what there is to read. */
void program_read(struct program_run *r);

/* It ended, or is to: whatever is left of its session's first group goes. */
void program_end(struct program_run *r);

/* The last line it printed that is neither empty nor one of words.h, to be shown to
 * a student. */
void program_last_line(const struct program_run *r, char *to, size_t size);

/* How it ended, from a status of wait(2), as in "exit status 3". */
void program_ending(int status, char *to, size_t size);

#endif
