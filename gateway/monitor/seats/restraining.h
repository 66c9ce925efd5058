/*
 * restraining.h - a seat is slowed, frozen, or goes on: who had it so, and who is told.
 *							Process: monitor.
 *
 * The builder does it, and says whether it could; what holds is seat->restraint.
 */
#ifndef ATOLL_MONITOR_SEATS_RESTRAINING_H
#define ATOLL_MONITOR_SEATS_RESTRAINING_H

#include "gateway/monitor/links/client.h"

/* Because it looked hostile, see detection.h.  -1 without memory. */
int restraining_by_sign(struct seat *s, enum restraint how);

/* ADMIN_FREEZE: its processes stop where they are. */
void restraining_freeze(struct client *c, struct msg *m);

/* ADMIN_THAW: it goes on as before, and what it looked like is forgotten. */
void restraining_thaw(struct client *c, struct msg *m);

#endif
