/*
 * roster.h - the administrator makes, changes and lists accounts.
 *							Process: monitor.
 *
 * What is asked is checked here again, whatever the tool has checked.  Many
 * are made in one transaction: all or none.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_ROSTER_H
#define ATOLL_MONITOR_ACCOUNTS_ROSTER_H

#include "gateway/monitor/links/client.h"

/* Accounts that one tool has named and not yet made. */
struct roster;
void roster_free(struct roster *r);

/* The messages of these names. */
void roster_new(struct client *c, struct msg *m);
void roster_make(struct client *c, struct msg *m);
/* Lock that account, for a reason that its log line gives; its connections end.  Of
 * those that are made here: false for others, which only their file can lock. */
bool roster_lock(struct monitor *m, const char *account,
    const struct log_tag *tag);

void roster_change(struct client *c, struct msg *m);
void roster_list(struct client *c, struct msg *m);
void roster_get(struct client *c, struct msg *m);

#endif
