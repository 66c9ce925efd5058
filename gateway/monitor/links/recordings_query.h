/*
 * recordings_query.h - the administrator, or staff, ask for recordings.
 *							Process: monitor.
 */
#ifndef ATOLL_MONITOR_LINKS_RECORDINGS_QUERY_H
#define ATOLL_MONITOR_LINKS_RECORDINGS_QUERY_H

#include "gateway/monitor/links/client.h"

/* ADMIN_RECORDINGS, of those labs that who asks may see. */
void recordings_query(struct client *c, struct msg *msg);

/* ADMIN_REPLAY: the recorder opens the file. */
void recordings_replay(struct client *c, struct msg *msg);

/* WALL_REPLAY: the recorder plays it to whoever has the wall. */
void recordings_play(struct client *c, struct msg *msg);

#endif
