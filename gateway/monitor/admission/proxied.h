/*
 * proxied.h - connections from a load balancer, until it says for which client.
 * *							Process: monitor.
 *
 * Only connections from addresses of proxy_from come here: any other client
 * could claim to be anybody by such a header.  It is read to its last byte and
 * no further, since what follows is SSH and for the session.
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
