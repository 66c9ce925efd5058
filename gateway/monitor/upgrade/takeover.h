/*
 * takeover.h - this process becomes the installed monitor.	Process: monitor.
 */
#ifndef ATOLL_MONITOR_UPGRADE_TAKEOVER_H
#define ATOLL_MONITOR_UPGRADE_TAKEOVER_H

#include "gateway/monitor/links/client.h"

/* First of all, before the program's file can have been replaced: what is to be
 * exec'd is what has its name then. */
void takeover_remember_program(void);

/* Its path, or empty. */
const char *takeover_program(void);

/* False: it is not known which file that would be. */
bool takeover_is_possible(void);

/* For when obstacle_find() finds nothing.  The installed monitor reads our state, in
 * a process of its own, which is waited for.  *protocol is what it speaks with its
 * builder; asks is the tool that waits for the upgrade, or NULL. */
int takeover_rehearse(struct monitor *m, const struct client *asks,
    uint64_t *protocol, struct err *e);

/* After that, and when the builder is ready for it: it becomes its next build, and
 * we do.  Returns when it could not be, with the reason. */
void takeover_run(struct monitor *m, const struct client *asks,
    uint64_t protocol, struct err *e);

/* In a process that only tries whether it could be the next build: tell the one
 * that is asking, and end. */
_Noreturn void takeover_tell_trial(int rc, const struct err *e);

/* Signals that would end us in an exec wait for the next program; its handlers are
 * there, or there was no exec. */
void takeover_hold_signals(void);
void takeover_release_signals(void);

#endif
