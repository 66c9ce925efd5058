/*
 * student.h - one student of a rehearsal: comes, works, is cut off, comes back.
 *
 * Process: rehearse.
 */
#ifndef ATOLL_REHEARSE_STUDENT_H
#define ATOLL_REHEARSE_STUDENT_H

#include "gateway/rehearse/rehearse_plan.h"
#include "gateway/rehearse/tally.h"

struct student {
	const struct plan *plan;
	struct tally *tally;
	unsigned number; /* of the account, from 1 */
	unsigned dice;	 /* of rand_r(3) */
	struct client c;
	char text[4096]; /* the last that the terminal has shown */
	size_t length;
	unsigned mark;	  /* what its shell keeps; 0: nothing yet */
	double queued_ms; /* when it read of a queue; 0: it did not */
};

/* From its arrival to its end; a thread's. */
void student_live(struct student *s);

#endif
