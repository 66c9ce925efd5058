/*
 * proxied.h - connections from a load balancer, until they said for whom.
 *							Process: monitor.
 *
 * Only addresses of proxy_from come here.  Their header is read to its last
 * byte and no further: what follows is for the session.
 */
#ifndef ATOLL_MONITOR_ADMISSION_PROXIED_H
#define ATOLL_MONITOR_ADMISSION_PROXIED_H

#include "gateway/monitor/monitor.h"

/* What takes a socket over when it is known who the client is. */
typedef void proxied_enter(struct monitor *m, int client,
    const struct address *peer);

/* Take the socket over; enter follows, or it is closed. */
void proxied_wait(struct monitor *m, int client, const struct address *peer,
    proxied_enter *enter);

/* Once a second: end those that are late. */
void proxied_tick(struct monitor *m);

void proxied_close_all(struct monitor *m);

#endif
