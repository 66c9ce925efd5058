/*
 * collected_query.h - the administrator, or staff, ask what was collected.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_LINKS_COLLECTED_QUERY_H
#define ATOLL_MONITOR_LINKS_COLLECTED_QUERY_H

#include "gateway/monitor/links/client.h"

/* ADMIN_COLLECTED, of those labs that who asks may see. */
void collected_query(struct client *c, struct msg *msg);

#endif
