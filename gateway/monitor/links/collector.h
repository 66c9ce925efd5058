/*
 * collector.h - atoll-collector, which keeps and signs what students of an exam have done.
 *							Process: monitor.
 *
 * The process is started when it is first asked for something.  No byte of an archive
 * passes here.
 */
#ifndef ATOLL_MONITOR_LINKS_COLLECTOR_H
#define ATOLL_MONITOR_LINKS_COLLECTOR_H

#include "gateway/monitor/monitor.h"

/* A request, whose answer on_reply hears; with NULL when the process is lost.  -1: it
 * cannot be asked now. */
int collector_call(struct monitor *m, struct msg *msg, link_reply *on_reply,
    void *self, struct err *e);

/* What atoll-collector says, and its loss. */
void collector_hello(struct monitor *m, struct msg *msg);
void collector_closed(struct monitor *m, const char *why);

void collector_close(struct monitor *m);
void collector_free(struct monitor *m);

#endif
