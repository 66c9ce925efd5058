/*
 * introduce.h - a connection is given its seat, or the reason why not.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_SEATS_INTRODUCE_H
#define ATOLL_MONITOR_SEATS_INTRODUCE_H

#include "gateway/monitor/monitor.h"

/* Hand the session of a connection that waits one end of a new link, and the
 * init of its seat, which lives, the other.  Without descriptors it is refused,
 * and leaves the seat. */
void introduce_to_seat(struct conn *c, struct seat *s);

/* Tell the connection why it gets no seat, and the log as well. */
void introduce_refuse(struct conn *c, const char *lab, const char *reason);

/* Tell the connection only: for refusals that may come in a flood. */
void introduce_refuse_quietly(struct conn *c, const char *reason);

#endif
