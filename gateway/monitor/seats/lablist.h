/*
 * lablist.h - the labs of an account, for the menu.	Process: monitor.
 */
#ifndef ATOLL_MONITOR_SEATS_LABLIST_H
#define ATOLL_MONITOR_SEATS_LABLIST_H

#include "gateway/monitor/monitor.h"

/* LAB rows, hidden ones last, and LABS_END. */
void lablist_send(struct conn *c);

#endif
