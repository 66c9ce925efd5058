/*
 * diary.h - what a report of a lab is made of (atoll report).	Process: monitor.
 *
 * A row is added when something has come to its end: a visit, a hand, an hour's
 * refusals.  They are gathered for some seconds and written together: a login is to
 * cost no write.  What is gathered is lost with a crash; what is not over yet too.
 *
 * Rows are kept for report_keep, and of each student in a lab the newest DIARY_EACH
 * of a kind.  A rehearsal leaves none.
 */
#ifndef ATOLL_MONITOR_DIARY_DIARY_H
#define ATOLL_MONITOR_DIARY_DIARY_H

#include "gateway/monitor/monitor.h"
#include "gateway/wire/diary.h"

void diary_init(struct monitor *m);

/* The sandbox of that seat has ended; a hand that is still up ends with it. */
void diary_visit(struct monitor *m, const struct seat *s,
    const struct msg_ended *ended);

/* A check came to that. */
void diary_points(struct monitor *m, const struct seat *s, uint32_t points,
    uint32_t most);

/* Its hand is down, and how that came. */
void diary_hand(const struct seat *s, const char *how);

/* Somebody has got no seat in a lab, for a reason of some words. */
void diary_refused(struct monitor *m, const char *lab, const char *why);

/* The same, for a reason that is a metric's, too. */
void diary_refused_for(struct monitor *m, const char *lab,
    enum seat_refused_for why);

/* Hand all that is gathered to the writer, now. */
void diary_flush(struct monitor *m);

/* Nothing waits to be written, but for what could not be: an upgrade loses that. */
bool diary_is_quiet(const struct monitor *m);

/* Once a second; and when the writer is no longer there. */
void diary_tick(struct monitor *m);
void diary_close(struct monitor *m);

#endif
