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

#endif
