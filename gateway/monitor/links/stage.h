/*
 * stage.h - the room's screen: a terminal of staff that a lab's students may see.
 *							Process: monitor.
 *
 * One a lab.  What it shows goes from its session to atoll-recorder, and from there as
 * views to the sessions of those who look at it; here sockets are introduced, people
 * told, and those who look counted.  Nothing of it passes a sandbox's init.
 */
#ifndef ATOLL_MONITOR_LINKS_STAGE_H
#define ATOLL_MONITOR_LINKS_STAGE_H

#include "gateway/monitor/monitor.h"

/* STAGE of a seat's init: answered by LAB_TOLD, to who looks at it at the end. */
void stage_asked(struct seat *s, const struct msg *m);

/* STAGE_LEFT of a session. */
void stage_left(struct conn *c, uint32_t serial);

/* As watch_look(), watch_terminal_gone(), and watch_end_all(). */
void stage_look(struct monitor *m);
void stage_terminal_gone(struct terminal *t, bool has_ended);
void stage_end_all(struct monitor *m, const char *why);

#endif
