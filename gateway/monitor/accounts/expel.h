/* expel.h - an account ends while somebody is in.	Process: monitor. */
#ifndef ATOLL_MONITOR_ACCOUNTS_EXPEL_H
#define ATOLL_MONITOR_ACCOUNTS_EXPEL_H

#include "gateway/monitor/monitor.h"

/* A new account has the name: who is still there from an earlier one, which
 * expired or was taken out of the configuration, is not it. */
void accounts_expel_former(struct monitor *m, const char *name);

/* End what the account has open: every connection, queued or lingering seat. */
void accounts_expel(struct monitor *m, const char *name, const char *why);

#endif
