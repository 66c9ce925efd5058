/*
 * diary.h - what a report of a lab is made of: rows that the monitor keeps of it.
 */
#ifndef ATOLL_WIRE_DIARY_H
#define ATOLL_WIRE_DIARY_H

/* What a row is of; kept in atoll.db, so new ones come at the end. */
enum diary_what {
	DIARY_VISIT,   /* a sandbox from its beginning to its end */
	DIARY_POINTS,  /* a check came to other points than the one before */
	DIARY_REFUSED, /* no seat: the hour it began, the reason, how often */
	DIARY_HAND,    /* from raised to lowered: what for, and how it ended */
	DIARY_WHATS
};

/* The numbers of a visit; those of DIARY_POINTS are points and most. */
enum visit_number {
	VISIT_QUEUE_MS, /* that it waited for its place */
	VISIT_MEMORY,	/* bytes that were used at most; 0: not known */
	VISIT_MEMORY_MAX,
	VISIT_PIDS_MAX,
	VISIT_CPU_US,
	VISIT_LIMITS, /* by enum limit: how often each was met */
	VISIT_NUMBERS = VISIT_LIMITS + 6
};

#define DIARY_PAGE 500 /* rows of one answer at most */

#endif
