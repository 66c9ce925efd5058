/*
 * results.h - what checks came to, a row of atoll.db for each seat.
 *							Process: monitor.
 *
 * The last result and the best one stay, however often a student tries: a row
 * does not grow.
 */
#ifndef ATOLL_MONITOR_RESULTS_H
#define ATOLL_MONITOR_RESULTS_H

#include "gateway/monitor/monitor.h"

/* Write down one that came just now.  A failure is logged. */
void results_keep(struct monitor *m, const struct seat *s,
    const struct msg_checked *result);

/* Every result of a lab, by account. */
int results_of_lab(struct monitor *m, const char *lab,
    void (*row)(void *self, const struct msg *result), void *self,
    struct err *e);

#endif
