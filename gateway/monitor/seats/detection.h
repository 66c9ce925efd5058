/*
 * detection.h - a seat that looks hostile: who is told, and what follows.
 *							Process: monitor.
 *
 * What is a sign is in signs.h; what follows is the option respond of the lab, or of
 * the site, as it is today.  News of a sandbox whose seat is gone are dropped.
 */
#ifndef ATOLL_MONITOR_SEATS_DETECTION_H
#define ATOLL_MONITOR_SEATS_DETECTION_H

#include "gateway/monitor/monitor.h"

/* TRAPPED of the builder. */
void detection_trapped(struct monitor *m, const struct msg_trapped *told);

/* LIMIT_HIT, so often since it was said last. */
void detection_limit(struct seat *s, enum limit limit, uint64_t count);

/* IDLE: so many milliseconds ago the client of that connection sent something. */
void detection_idle(struct conn *c, uint64_t ms);

/* Once a second: look at the processor of those seats whose turn it is, each once a
 * minute. */
void detection_tick(struct monitor *m);

#endif
