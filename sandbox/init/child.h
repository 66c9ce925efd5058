/*
 * child.h - from init's fork to the student's program.
 */
#ifndef ATOLL_INIT_CHILD_H
#define ATOLL_INIT_CHILD_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/wire/msg.h"

/* A program of the lab's. */
struct lab_run {
	const char *file; /* in PROGRAMS_TARGET */
	uint32_t step;	  /* that the student is at; 0: the lab has none */
	uint32_t seconds; /* that it may take */
	bool is_unasked;  /* nobody waits: whatever else runs goes before */
};

struct child_plan {
	const struct msg_init_plan *plan;
	const struct msg_spawn *ask; /* for child_run(), as agent */
	const char *agent;
	const struct lab_run *run; /* for child_run_program() */
};

/*
 * For child_start(), with a struct child_plan: become the student and exec, see
 * spawn_begin().  Descriptors: first the report, which the exec closes and the
 * reason of a failure is written to; then stdio, with a pty its slave alone.
 */
int child_run(const void *child_plan);

/*
 * The same to become a program of the lab's, as root of the sandbox, in a session
 * of its own.  Its one descriptor becomes stdout and stderr, which tell the
 * reason of a failure.
 */
int child_run_program(const void *child_plan);

/*
 * The same to become what a machine runs with nobody logged in.  Its one descriptor
 * is the report, as of child_run().
 */
int child_run_service(const void *child_plan);

#endif
