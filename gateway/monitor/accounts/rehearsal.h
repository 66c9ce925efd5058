/*
 * rehearsal.h - accounts that are there for a rehearsal, and nothing of them
 * afterwards.						Process: monitor.
 *
 * "atoll rehearse" has them made, with a key that it has just made itself, and has
 * a class of clients log in with it.  They are rows of atoll.db as others are, so
 * that their logins cost what a student's does, with "rehearsal" as their source:
 * that mark is what removes them, whatever ends the tool, the monitor or the host.
 * Nobody logs in to an account with it but while the tool that asked for it is
 * connected.
 */
#ifndef ATOLL_MONITOR_ACCOUNTS_REHEARSAL_H
#define ATOLL_MONITOR_ACCOUNTS_REHEARSAL_H

#include "gateway/monitor/accounts/rehearsal_mark.h"
#include "gateway/monitor/links/client.h"

/* The messages of these names. */
void rehearsal_begin(struct client *c, struct msg *m);
void rehearsal_end(struct client *c, struct msg *m);

/* The tool is gone: so is its rehearsal. */
void rehearsal_client_gone(const struct client *c);

/* May it log in now, from there?  Accounts of others may. */
bool rehearsal_admits(const struct monitor *m, const struct account *a,
    const struct address *peer);

/* Once a second; the first one finds what was left from before a crash, a restart
 * or an upgrade. */
void rehearsal_tick(struct monitor *m);

void rehearsal_free(struct monitor *m);

#endif
