/*
 * listen.h - the listening sockets.			Process: monitor.
 *
 * Opened by root (a port may be below 1024), served by the unprivileged
 * monitor.  The sockets are ours and not libssh's, whose backlog of 10 loses
 * connections in a burst.
 */
#ifndef ATOLL_MONITOR_ADMISSION_LISTEN_H
#define ATOLL_MONITOR_ADMISSION_LISTEN_H

#include "gateway/monitor/monitor.h"

/* Bind every address of the configuration, or fail with the one that did not
 * and why. */
int listeners_open(struct monitor *m, struct err *e);

/* Accept from now on; again after a pause. */
void listeners_resume(struct monitor *m);

/* Accept nobody until then: who connects waits in the backlog. */
void listeners_pause(struct monitor *m);

/* The descriptors, which stay open for the next build; and one taken over from the
 * build before, in the same order. */
size_t listeners_count(const struct monitor *m);
int listener_fd(const struct monitor *m, size_t i);
int listener_restore(struct monitor *m, int fd, struct err *e);

/* One "ready" line for each address. */
void listeners_log(const struct monitor *m);

/* "0.0.0.0:2222 [::]:2222" */
void listeners_text(const struct monitor *m, char *text, size_t size);

/* Accept no more; the backlog is refused. */
void listeners_close(struct monitor *m);

void listeners_free(struct monitor *m);

#endif
