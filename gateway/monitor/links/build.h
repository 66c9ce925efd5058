/*
 * build.h - what the monitor asks of the builder.	Process: monitor.
 *
 * The builder is trusted and indispensable: losing it ends the monitor.
 */
#ifndef ATOLL_MONITOR_LINKS_BUILD_H
#define ATOLL_MONITOR_LINKS_BUILD_H

#include "gateway/monitor/monitor.h"

/* Start the builder program, as root and as a child of the supervisor, whose link
 * to us that is, and have the supervisor keep a link to it.  Returns our end of
 * ours, or -1. */
int build_spawn(struct monitor *m, const char *config_file, int lock_fd,
    int supervisor, struct err *e);

/* Take the link onto the loop. */
int build_attach(struct monitor *m, int fd, struct err *e);

/* Have the sandbox of a seat built; what the seat is allowed goes along, for the
 * monitor that follows a crash. */
void build_start(struct monitor *m, const struct seat *s);
void build_demolish(struct monitor *m, uint32_t sandbox);

/* The gateway drains, or does not any more: noted for the monitor that follows a
 * crash, and no sandbox stands ready meanwhile. */
void build_note_drain(struct monitor *m);

/* Have one of the jailed programs started, which serves this end of a link; fd
 * stays the caller's.  -1: as link_pass(). */
int build_program(struct monitor *m, enum jailed_program program, int fd,
    struct err *e);

/* Remove the homes that came to the trash before, seconds since the epoch. */
void build_empty_trash(struct monitor *m, int64_t before);

/* It takes over now: its HELLO is the next word on the link. */
void build_upgrade(struct monitor *m);

/* What follows is answered to on_reply, see link_call(). */

/* Have the configuration read anew: LOAD_FAILED for each error, with more, and
 * then for all; or LOADED. */
void build_load(struct monitor *m, link_reply *on_reply, void *self);

/* Do the programs that are installed start?  UPGRADE_ANSWER, after seconds
 * perhaps. */
void build_try_programs(struct monitor *m, link_reply *on_reply, void *self);

/* Can the builder that is installed take over?  UPGRADE_ANSWER; the builder does
 * nothing else before. */
void build_prepare_upgrade(struct monitor *m, link_reply *on_reply, void *self);

/* What that sandbox may do from now on: RESTRAINED. */
void build_restrain(struct monitor *m, uint32_t sandbox, enum restraint how,
    link_reply *on_reply, void *self);

/* Have that machine of a seat made anew: REBUILT. */
void build_again(struct monitor *m, uint32_t sandbox, const char *machine,
    link_reply *on_reply, void *self);

/* Have a link of a machine of that seat switched on or off: LAN_SWITCHED. */
void build_switch_link(struct monitor *m, uint32_t sandbox,
    const struct msg_self_link *what, link_reply *on_reply, void *self);

/* USAGE of every sandbox, or of one, and USAGE_END. */
void build_ask_usage(struct monitor *m, uint32_t sandbox, link_reply *on_reply,
    void *self);

/* What that sandbox was refused on its network: REFUSALS. */
void build_ask_refusals(struct monitor *m, uint32_t sandbox,
    link_reply *on_reply, void *self);

/* Have what a student has changed written to fd: EXPORTED.  fd stays the
 * caller's. */
int build_export(struct monitor *m, uint32_t sandbox, int fd,
    link_reply *on_reply, void *self, struct err *e);

/* The same for the student: to a pipe that is read, and at the sandbox's cost; and
 * the end of that. */
int build_self_export(struct monitor *m, uint32_t sandbox, int fd,
    link_reply *on_reply, void *self, struct err *e);
void build_stop_export(struct monitor *m, uint32_t sandbox);

/* HOME of each that is kept, and HOMES_END. */
void build_ask_homes(struct monitor *m, link_reply *on_reply, void *self);

/* Which homes, unless they are in use: the one of a seat or, when lab is "", all
 * of an account.  A clock decides for the trash. */
struct home_removal {
	const char *account, *lab;
	bool to_trash;
};

/* HOME_REMOVED, and the log says what was removed. */
void build_remove_home(struct monitor *m, const struct home_removal *h,
    link_reply *on_reply, void *self);

/* Have the homes of an account back that came to the trash since, in seconds
 * since the epoch: HOME_RESTORED. */
void build_restore_homes(struct monitor *m, const char *account, int64_t since,
    link_reply *on_reply, void *self);

/* The builder process ended.  Its link need not have ended with it: a process that
 * it forked may have a copy of the other end. */
void build_ended(struct monitor *m, const char *how);

#endif
