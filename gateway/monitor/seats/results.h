/*
 * results.h - the results of checks, a row of atoll.db for each seat.
 *							Process: monitor.
 *
 * The last result and the best one stay, however often a student tries: a row
 * does not grow.  So do those of each step, in rows beside it.
 */
#ifndef ATOLL_MONITOR_SEATS_RESULTS_H
#define ATOLL_MONITOR_SEATS_RESULTS_H

#include "gateway/base/step_score.h"
#include "gateway/monitor/monitor.h"

void results_init(struct monitor *m);

/* Write down one that came just now.  While the database cannot be written, as
 * with a full disk or another program's lock, it waits in memory and is tried
 * again; the log says so. */
void results_keep(struct monitor *m, const struct seat *s,
    const struct msg_checked *result, const struct step_score *steps,
    size_t step_count);

/* Once a second: try again what could not be written. */
void results_tick(struct monitor *m);

/* At the end, when the writer is no longer there: results that were never
 * written go to the log, so that an instructor can enter them by hand. */
void results_close(struct monitor *m);

/* Every result of a lab, by account; each step of them, by account and place. */
int results_of_lab(struct monitor *m, const char *lab,
    void (*row)(void *self, const struct msg *result), void *self,
    struct err *e);
int results_by_step(struct monitor *m, const char *lab,
    void (*row)(void *self, const struct msg *step), void *self, struct err *e);

#endif
