/*
 * progress.h - where each seat is in the steps of its lab, a row of atoll.db.
 *							Process: monitor.
 *
 * It outlives the sandbox: the next one of the seat begins there.
 */
#ifndef ATOLL_MONITOR_SEATS_PROGRESS_H
#define ATOLL_MONITOR_SEATS_PROGRESS_H

#include "gateway/monitor/monitor.h"

/* As the seat's init said it.  False when that makes no sense.  What cannot be
 * written now is in the log; the next one takes its place. */
bool progress_keep(struct monitor *m, const struct seat *s,
    const struct numbers *progress);

/* An empty list for who has not begun, or where that cannot be read. */
void progress_read(struct monitor *m, const struct seat *s,
    struct numbers *progress);

/* How many hints of a step a seat has seen, from what is kept of it; 0 for a step
 * that the lab has not.  step is as step_name() makes it. */
uint32_t progress_hints(const struct monitor *m, const char *lab,
    const char *kept, const char *step);

#endif
