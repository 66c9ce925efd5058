/*
 * admission.h - who may come in: every client's way from its socket to its session.
 *							Process: monitor.
 *
 * In order: a load balancer says for whom it connects; allow_from and deny_from;
 * penalties; unauthenticated_max.  Who is turned away is told why.
 */
#ifndef ATOLL_MONITOR_ADMISSION_ADMISSION_H
#define ATOLL_MONITOR_ADMISSION_ADMISSION_H

#include "gateway/monitor/monitor.h"

/* -1 without memory. */
int door_init(struct monitor *m, struct err *e);

/* A socket was accepted; the door owns it now. */
void door_knock(struct monitor *m, int client, const struct address *peer);

/* The same, when it is known who the client is. */
void door_enter(struct monitor *m, int client, const struct address *peer);

/* Say why; the socket stays the caller's. */
void door_refuse(struct monitor *m, int client, const struct address *peer,
    const char *reason);

/* A wrong password, and a login, of this connection. */
void door_failed(struct conn *c, const char *account);

/* Its connection ends.  Who exchanges keys, which costs, and then does not log
 * in, counts as a wrong password does, once for each while that it stays. */
void door_left(struct conn *c);
void door_logged_in(struct conn *c);

/* The connection is to say who it is, or waits for our answer to that. */
void door_rank(struct conn *c, enum rank rank);

/* Once a second. */
void door_tick(struct monitor *m);

#endif
