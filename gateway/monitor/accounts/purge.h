/*
 * purge.h - homes of accounts that are gone.		Process: monitor.
 *
 * An account that expired longer than home_grace ago is removed, after its
 * homes: as long as those are there no other account can have its name, and so
 * its files.  An account that the administrator removed leaves homes that are
 * removed as soon as they are not in use; until then atoll.db keeps the name,
 * and no account can have it.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_PURGE_H
#define ATOLL_MONITOR_ACCOUNTS_PURGE_H

#include "gateway/monitor/monitor.h"

/* Remove the homes of an account that was removed, when they are free.  The
 * tool of this number waits until they are gone or known to be in use. */
void purge_home(struct monitor *m, const char *name, uint32_t client);

/* Look for expired accounts at the next tick. */
void purge_soon(struct monitor *m);

/* Once a second. */
void purge_tick(struct monitor *m);

void purge_free(struct monitor *m);

#endif
