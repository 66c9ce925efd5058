/*
 * sandbox_news.h - what becomes of a sandbox: built, at a limit, ended.
 *							Process: monitor.
 *
 * News of a sandbox whose seat is gone are dropped.
 */
#ifndef ATOLL_MONITOR_SEATS_SANDBOX_NEWS_H
#define ATOLL_MONITOR_SEATS_SANDBOX_NEWS_H

#include "gateway/monitor/monitor.h"

/* BUILT of the builder.  Takes init_fd over, the lifeline. */
void sandbox_built(struct monitor *m, const struct msg_built *built,
    int init_fd);

/* Connections that wait for the sandbox are told; by_setup: the reason is of
 * the lab's setup, and is for the instructor. */
void sandbox_build_failed(struct monitor *m, uint32_t sandbox,
    const char *reason, bool by_setup);

/* REFUSED_IN_ALL, which metrics count. */
void sandbox_refused_in_all(struct monitor *m,
    const struct msg_refused_in_all *all);

/* LIMIT_HIT, ignored when it is of no limit that there is. */
void sandbox_limit_hit(struct monitor *m, const struct msg_limit_hit *hit);

/* Nothing of the sandbox is left.  Connections that asked for a seat meanwhile
 * get a new one. */
void sandbox_ended(struct monitor *m, const struct msg_ended *ended);

/* Init's link is gone, and with it the sandbox: for route/. */
void sandbox_init_closed(void *self, const char *why);

#endif
