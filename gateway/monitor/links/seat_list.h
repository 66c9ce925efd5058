/*
 * seat_list.h - the seats and what they use, for atoll ls and atoll top.
 *							Process: monitor.
 *
 * The builder reads its control groups for all of them, when it is asked and not before.
 */
#ifndef ATOLL_MONITOR_LINKS_SEAT_LIST_H
#define ATOLL_MONITOR_LINKS_SEAT_LIST_H

#include "gateway/monitor/links/client.h"

/* ADMIN_LS and ADMIN_TOP. */
void seat_list_ls(struct client *c, struct msg *m);
void seat_list_top(struct client *c, struct msg *m);

/* For an upgrade, which waits for nobody who only looks. */
void seat_list_end_all(struct monitor *m, const char *why);

#endif
