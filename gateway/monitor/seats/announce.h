/*
 * announce.h - what staff say to students.		Process: monitor.
 *
 * It is on every terminal at once.  Whoever logs in within ANNOUNCE_SECONDS and was
 * not there sees it then, once: when the first terminal of the connection runs.  What
 * was said, and who has seen it, is kept in atoll.db, over a restart and a crash.
 */
#ifndef ATOLL_MONITOR_SEATS_ANNOUNCE_H
#define ATOLL_MONITOR_SEATS_ANNOUNCE_H

#include "gateway/monitor/links/client.h"

#define ANNOUNCE_SECONDS 3600

/* ADMIN_SAY. */
void announce(struct client *c, struct msg *m);

/* READER: there is somebody to read what was said before. */
void announce_to_reader(struct conn *c);

/* What atoll.db has; and all of it is forgotten. */
int announce_open(struct monitor *m, struct err *e);
void announce_close(struct monitor *m);

#endif
