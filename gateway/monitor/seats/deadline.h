/*
 * deadline.h - when a sandbox has to end, whether it is in use or not.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_SEATS_DEADLINE_H
#define ATOLL_MONITOR_SEATS_DEADLINE_H

#include "gateway/monitor/monitor.h"

/* Seconds until then, INT64_MAX for never; *why is told in brackets. */
int64_t deadline_left(const struct monitor *m, const struct seat *s,
    const char **why);

/* Tell a connection of a seat whose end is near. */
void deadline_tell_newcomer(struct conn *c);

/* Tell everybody there when it is near.  True when it has come: the caller ends
 * the sandbox, with this reason in text, of TEXT_SIZE. */
bool deadline_has_come(struct monitor *m, struct seat *s, char *text);

#endif
