/* expel.h - what an account has open ends.	Process: monitor. */
#ifndef ATOLL_MONITOR_ACCOUNTS_EXPEL_H
#define ATOLL_MONITOR_ACCOUNTS_EXPEL_H

#include "gateway/monitor/monitor.h"

/* A new account has the name: connections and seats that are still there from
 * an earlier one, which expired or was taken out of the configuration, are not
 * its. */
void accounts_expel_former(struct monitor *m, const char *name);

/* End what the account has open: every connection, queued or lingering seat. */
void accounts_expel(struct monitor *m, const char *name, const char *why);

#endif
