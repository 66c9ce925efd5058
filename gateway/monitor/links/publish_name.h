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

/* "web=8080": the port, and how long the name is. */
uint32_t publish_port(const char *pair, size_t *name_size);

/* The whole host name of that pair of the lab's, for that seat. */
bool publish_host(const struct publish_url *u, const struct seat *s,
    const char *pair, char to[PUBLISH_HOST_SIZE]);

/* Whose is it?  NULL: of no seat that there is. */
struct seat *publish_find(struct monitor *m, const struct publish_url *u,
    const char *host, uint32_t *port);

#endif
