/*
 * supervisor_link.h - what the monitor says to atolld, and has from it.
 *							Process: monitor.
 *
 * atolld keeps copies of what only root can open, so that a monitor which follows
 * a crash has them again.  It keeps what it is given by the first monitor, while
 * that is root, and nothing later.
 */
#ifndef ATOLL_MONITOR_LINKS_SUPERVISOR_LINK_H
#define ATOLL_MONITOR_LINKS_SUPERVISOR_LINK_H

#include "gateway/monitor/monitor.h"

#define SUPERVISOR_FD 3 /* as this program is started */

#define WEB_KEPT_MAX 8 /* more than front_socket.c makes */

/* What a monitor finds that follows a crash. */
struct inherited {
	int builder, control; /* -1, both: this is the first monitor */
	int listener[KEPT_MAX];
	size_t count;
	int web[WEB_KEPT_MAX]; /* listeners of atoll-web */
	size_t web_count;
	int publish[WEB_KEPT_MAX]; /* and of atoll-publish */
	size_t publish_count;
	uint64_t started; /* the gateway: seconds since the epoch */
	unsigned crashes;
};

/* The first thing on the link; blocks until all was heard. */
int supervisor_hear(int fd, struct inherited *to, struct err *e);

/* Before it is on the loop, as root; blocks.  fd stays the caller's; pid is the
 * builder's. */
int supervisor_keep(int link, enum kept_kind kind, int fd, pid_t pid,
    struct err *e);

/* That was all. */
int supervisor_keep_end(int link, struct err *e);

/* Take the link onto the loop. */
int supervisor_attach(struct monitor *m, int fd, struct err *e);

void supervisor_tell(struct monitor *m, enum told_phase phase);

#endif
