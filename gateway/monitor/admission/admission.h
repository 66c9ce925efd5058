/*
 * admission.h - every client's way from its socket to its session.
 * *							Process: monitor.
 *
 * In order: a load balancer says for whom it connects; allow_from and
 * deny_from; penalties; unauthenticated_max.  A client that is turned away is
 * told why.
 */
#ifndef ATOLL_MONITOR_ADMISSION_ADMISSION_H
#define ATOLL_MONITOR_ADMISSION_ADMISSION_H

#include "gateway/monitor/monitor.h"

/* -1 without memory. */
int admission_init(struct monitor *m, struct err *e);

/* A socket was accepted; admission owns it now. */
void admission_offer(struct monitor *m, int client, const struct address *peer);

/* The same, when it is known who the client is. */
void admission_admit(struct monitor *m, int client, const struct address *peer);

/* Say why; the socket stays the caller's. */
void admission_refuse(struct monitor *m, int client, const struct address *peer,
    enum refused_for what, const char *reason);

/* A wrong password, and a login, of this connection. */
void admission_failed(struct conn *c, const char *account);

/* The connection ends.  A client that exchanges keys, which costs, and then
 * does not log in counts as a wrong password does, once for each login_grace
 * that it stays. */
void admission_left(struct conn *c);
void admission_logged_in(struct conn *c);

/* The connection is to say who it is, or waits for our answer to that. */
void admission_rank(struct conn *c, enum rank rank);

/* Once a second. */
void admission_tick(struct monitor *m);

#endif
