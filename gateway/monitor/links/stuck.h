/*
 * stuck.h - the administrator or staff ask who does not get on.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_LINKS_STUCK_H
#define ATOLL_MONITOR_LINKS_STUCK_H

#include "gateway/monitor/links/client.h"

/* ADMIN_STUCK.  Of those who are there, in labs with a check, who have not all
 * points. */
void stuck_list(struct client *c, struct msg *m);

#endif
