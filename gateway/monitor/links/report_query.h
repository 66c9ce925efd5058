/*
 * report_query.h - the administrator or staff ask for what a report is made of.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_LINKS_REPORT_QUERY_H
#define ATOLL_MONITOR_LINKS_REPORT_QUERY_H

#include "gateway/monitor/links/client.h"

/* ADMIN_REPORT: a page, when all that was gathered is written. */
void report_query(struct client *c, struct msg *m);

#endif
