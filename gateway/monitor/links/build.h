/*
 * build.h - what the monitor asks of the builder.	Process: monitor.
 *
 * The builder is trusted and indispensable: losing it ends the monitor.
 */
#ifndef ATOLL_MONITOR_LINKS_BUILD_H
#define ATOLL_MONITOR_LINKS_BUILD_H

#include "gateway/monitor/monitor.h"

/* Start the builder program, as root; fills builder_pid and returns our end
 * of its link, or -1. */
int build_spawn(struct monitor *m, const char *config_file, int lock_fd,
    struct err *e);

/* Take the link onto the loop. */
int build_attach(struct monitor *m, int fd, struct err *e);

void build_start(struct monitor *m, uint32_t sandbox, const char *account,
    const char *lab);
void build_demolish(struct monitor *m, uint32_t sandbox);

/* A zygote that serves this end of a link. */
void build_zygote(struct monitor *m, int fd);

/* Have the configuration read anew; who waits in control.c is told. */
void build_load(struct monitor *m);

/* Have every seat's usage told; command_usage_told() follows. */
void build_ask_usage(struct monitor *m);

/* Have what a student has changed written to fd; command_exported() follows. */
void build_export(struct monitor *m, uint32_t sandbox, int fd);

/* Have the homes that are kept told; command_home_told() follows for each, then
 * command_home_done(). */
void build_ask_homes(struct monitor *m);

/* Remove the home of a seat or, when lab is "", all homes of an account, unless
 * they are in use; command_home_done() follows, and the log says what was
 * removed. */
void build_remove_home(struct monitor *m, const char *account, const char *lab,
    bool to_trash);

/* Have the homes of an account back that came to the trash since, in seconds
 * since the epoch; command_home_done() follows. */
void build_restore_homes(struct monitor *m, const char *account, int64_t since);

/* Remove the homes that came to the trash before. */
void build_empty_trash(struct monitor *m, int64_t before);

/* The builder process ended. */
void build_ended(struct monitor *m, int status);

#endif
