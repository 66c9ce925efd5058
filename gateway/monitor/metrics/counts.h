/*
 * counts.h - what is counted for metrics, as it happens.	Process: monitor.
 *
 * A count is an increment of a number in an array, whether or not anybody asks for
 * it; all begins at zero with each monitor, which is what Prometheus expects of a
 * counter after a restart.  What can be read off at the time of asking is not here,
 * but in report.c.
 */
#ifndef ATOLL_MONITOR_METRICS_COUNTS_H
#define ATOLL_MONITOR_METRICS_COUNTS_H

#include <sys/queue.h>

#include "gateway/base/name.h"
#include "gateway/wire/metrics.h"
#include "gateway/wire/msg.h"

/* The numbers of each metric, in the order that metrics.h says. */
struct counts {
	uint64_t at[METRICS][NUMBERS_MAX];
	uint64_t live_cpu_us; /* of a lab's sandboxes, at the last report */
};

/* Of one lab.  It stays when the lab is gone: a counter does not go back. */
struct lab_counts {
	LIST_ENTRY(lab_counts) next;
	char lab[NAME_SIZE];
	struct counts counts;
};

/* Zeroed, it is empty. */
struct metrics {
	struct counts site;
	LIST_HEAD(, lab_counts) labs; /* owned */
	uint64_t started;	      /* seconds since the epoch */
};

/* One more, of those words of its labels; 0 for a label that it has not. */
void counts_add(struct counts *c, enum metric metric, unsigned first,
    unsigned second);

/* One that took so long, in the metric's unit, for a histogram. */
void counts_observe(struct counts *c, enum metric metric, uint64_t time);

/* Of that lab; NULL without memory. */
struct counts *metrics_lab(struct metrics *m, const char *lab);

/* counts_add() and counts_observe() of a lab. */
void metrics_lab_add(struct metrics *m, const char *lab, enum metric metric,
    unsigned first, uint64_t n);
void metrics_lab_observe(struct metrics *m, const char *lab, enum metric metric,
    uint64_t time);

/* A login, with the words that the log says it in. */
void metrics_login(struct metrics *m, const char *method, const char *outcome);

/* Such a process ended, and is to be started again. */
void metrics_lost(struct metrics *m, enum lost_process process);

void metrics_free(struct metrics *m);

#endif
