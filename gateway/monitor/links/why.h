/*
 * why.h - what a sandbox was refused on its network: its student, staff or the
 * administrator ask.					Process: monitor.
 */
#ifndef ATOLL_MONITOR_LINKS_WHY_H
#define ATOLL_MONITOR_LINKS_WHY_H

#include "gateway/monitor/links/client.h"

/* LAB_ASK for it; ADMIN_WHY. */
void why_asked_by_student(struct seat *s, uint32_t serial);
void why_asked(struct client *c, struct msg *m);

#endif
