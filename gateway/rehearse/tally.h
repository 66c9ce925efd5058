/*
 * tally.h - what the students of a rehearsal met, and how long it took.
 *
 * Process: rehearse.  Every student's thread adds; the report is printed under the
 * samples' own locks, since a student who hangs is not waited for.
 */
#ifndef ATOLL_REHEARSE_TALLY_H
#define ATOLL_REHEARSE_TALLY_H

#include <stdatomic.h>
#include <stdbool.h>

#include "gateway/rehearse/samples.h"

struct tally {
	struct samples login;	/* from connecting until the key was taken */
	struct samples first;	/* likewise, to the first output */
	struct samples prompt;	/* and until the shell has answered a line */
	struct samples again;	/* the same, of who comes back */
	struct samples queue;	/* from the first word of a queue to that */
	struct samples echo;	/* from a key until it is on the screen */
	struct samples refused; /* reasons alone */
	atomic_uint came, reattached, solved, unsolved;
	atomic_bool stop; /* the end is now */
	double began_ms;
};

#define TALLY_INIT                                                             \
	{                                                                      \
		.login = SAMPLES_INIT, .first = SAMPLES_INIT,                  \
		.prompt = SAMPLES_INIT, .again = SAMPLES_INIT,                 \
		.queue = SAMPLES_INIT, .echo = SAMPLES_INIT,                   \
		.refused = SAMPLES_INIT                                        \
	}

/* Lines on stdout: "value NAME NUMBER", times in milliseconds; "refused TIMES
 * SECONDS TEXT", seconds from the beginning to the first; and "end". */
void tally_print(struct tally *t);

#endif
