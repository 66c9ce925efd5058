/*
 * probe.h - are a seat's other connections still alive?	Process: monitor.
 *
 * A student who comes back wants the terminal that a connection still has whose
 * client is gone without a word.  So each session asks its client, and ends when
 * nothing comes back; who asked is told when all have answered or ended.
 */
#ifndef ATOLL_MONITOR_SEATS_PROBE_H
#define ATOLL_MONITOR_SEATS_PROBE_H

#include "gateway/monitor/monitor.h"

/* The session asks for its seat's other connections; PROBED follows, with its
 * serial. */
void probe_others(struct conn *c, uint32_t serial);

/* Its client is there. */
void probe_alive(struct conn *c, uint32_t round);

/* Somebody left the seat, or time has passed: who waits for no more is told. */
void probe_check(struct seat *s);

/* How many others there are that may be gone without a word; 0 where nothing
 * waits for them. */
uint32_t probe_candidates(const struct conn *c, const struct seat *s);

#endif
