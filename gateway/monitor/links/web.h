/*
 * web.h - atoll-web, its sockets, and what it asks.	Process: monitor.
 *
 * The sockets are the monitor's, as those for ssh are: made by root, and open for
 * as long as the gateway lives, over an upgrade and a crash.  So whoever connects
 * while atoll-web is started again waits in the backlog for a moment, and is
 * answered.
 */
#ifndef ATOLL_MONITOR_LINKS_WEB_H
#define ATOLL_MONITOR_LINKS_WEB_H

#include "gateway/monitor/monitor.h"

/* As root: make the sockets of the configuration; nothing where it has none. */
int web_open(struct monitor *m, struct err *e);

/* The descriptors, which stay open for the next build; and one taken over from the
 * build or the monitor before. */
size_t web_count(const struct monitor *m);
int web_fd(const struct monitor *m, size_t i);
int web_take(struct monitor *m, int fd, struct err *e);

/* The process is started where it does not run and is to. */
void web_tick(struct monitor *m);

/* What it says, and its loss. */
void web_hello(struct monitor *m, struct msg *msg);
void web_metrics_get(struct monitor *m, struct msg *msg);
void web_wall_enter(struct monitor *m, struct msg *msg);
void web_terminal_open(struct monitor *m, struct msg *msg);
void web_closed(struct monitor *m, const char *why);

void web_close(struct monitor *m);
void web_free(struct monitor *m);

#endif
