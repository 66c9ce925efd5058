/*
 * publish_name.h - the host name of what a seat publishes.	Process: monitor.
 */
#ifndef ATOLL_MONITOR_LINKS_PUBLISH_NAME_H
#define ATOLL_MONITOR_LINKS_PUBLISH_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/publish_url.h"
#include "gateway/monitor/monitor.h"

/* The label for the * of the url: "web-alice-c101", or, where those names are no part
 * of a host name or too long for one, "web-" and a hash of them.  No two are the same.
 * False: OpenSSL makes no SHA-256. */
bool publish_label(const char *service, const char *account, const char *lab,
    char to[PUBLISH_LABEL_SIZE]);

struct publish_target {
	char machine[NAME_SIZE]; /* of the seat; empty: the first */
	uint32_t port;
};

/* "web=8080", or "web=db:8080": what that leads to, and how long the name is. */
size_t publish_read(const char *pair, struct publish_target *to);

/* The whole host name of that pair of the lab's, for that seat. */
bool publish_host(const struct publish_url *u, const struct seat *s,
    const char *pair, char to[PUBLISH_HOST_SIZE]);

/* Whose is it?  NULL: of no seat that there is. */
struct seat *publish_find(struct monitor *m, const struct publish_url *u,
    const char *host, struct publish_target *to);

#endif
