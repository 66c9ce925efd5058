/*
 * staff.h - the commands that staff give by ssh.	Process: monitor.
 *
 * A command runs in a fork of atoll-staff, whose stdin, stdout and stderr go to the
 * session, and which asks here on a link of its own, as the administrator's tool
 * does.  What it may is decided for each request, by today's configuration, see
 * client_may().  No byte of it passes here.
 */
#ifndef ATOLL_MONITOR_LINKS_STAFF_H
#define ATOLL_MONITOR_LINKS_STAFF_H

#include "gateway/monitor/monitor.h"

/* STAFF_RUN of a connection that is logged in: STAFF_ENDED follows, now or when the
 * command has ended. */
void staff_run(struct conn *c, struct msg *m);

/* Run 'atoll report LAB --html -' of our own accord, which writes to out; that stays the
 * caller's.  on_done is told its exit status, 255 when it was lost, and not at all where
 * this is -1. */
typedef void staff_done(void *self, uint32_t status);
int staff_run_report(struct monitor *m, const char *lab, int out,
    staff_done *on_done, void *self, struct err *e);

/* TOOL_ENDED; and atoll-staff is gone, which ends all commands. */
void staff_tool_ended(struct monitor *m, const struct msg_tool_ended *told);
void staff_closed(struct monitor *m, const char *why);

/* HELLO of atoll-staff. */
void staff_hello(struct monitor *m, struct msg *msg);

/* No command runs. */
bool staff_is_quiet(const struct monitor *m);

/* The end of the monitor. */
void staff_close(struct monitor *m);
void staff_free(struct monitor *m);

#endif
