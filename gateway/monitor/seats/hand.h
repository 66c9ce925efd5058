/*
 * hand.h - a student's raised hand.			Process: monitor.
 *
 * It is of a seat and goes with its sandbox.  It is kept in atoll.db, so that
 * another monitor finds it.
 */
#ifndef ATOLL_MONITOR_SEATS_HAND_H
#define ATOLL_MONITOR_SEATS_HAND_H

#include "gateway/monitor/monitor.h"

/* A new seat, or one of the monitor before: as atoll.db has its hand. */
void hand_fill(struct monitor *m, struct seat *s);

static inline bool
hand_is_up(const struct seat *s)
{
	return s->hand.raised != 0;
}

/* HAND of a seat's init: answered by LAB_TOLD. */
void hand_asked(struct seat *s, struct msg *m);

/* Somebody has answered it, joined the student, or says that it is done: the student
 * reads the text, and a report how.  Nothing happens when it is down. */
void hand_lower(struct seat *s, const char *text, const char *how);

#endif
