/*
 * control.h - run_dir/admin.sock, for the administrator's tool.
 *						Process: monitor.
 *
 * Root and the members of the monitor's group may connect; the socket's mode
 * says so and the peer's credentials are checked again.
 */
#ifndef ATOLL_MONITOR_CONTROL_H
#define ATOLL_MONITOR_CONTROL_H

#include "gateway/monitor/monitor.h"

/* Make the socket, as root. */
int control_open(struct monitor *m, gid_t group, struct err *e);

/* The builder told every seat's usage. */
void control_usage_told(struct monitor *m, uint32_t serial);

void control_exported(struct monitor *m, const struct msg_exported *exported);

/* One home that is kept; and the end of what build.h was asked about homes:
 * reason is "" when it went well. */
void control_home_told(struct monitor *m, const struct msg_home *home);
void control_home_done(struct monitor *m, uint32_t serial, const char *reason);

/* One error of a reload, and its end: why is NULL when all went well. */
void control_load_error(struct monitor *m, const char *text);
void control_loaded(struct monitor *m, const char *why);

void control_sandbox_ended(struct monitor *m, uint32_t sandbox);

/* For what is answered elsewhere: one tool that is connected, and its number,
 * by which to find it (or NULL) when the answer is there. */
struct client;
struct roster;
struct client *control_client(struct monitor *m, uint32_t number);
struct monitor *control_monitor(const struct client *c);
uint32_t control_number(const struct client *c);
const struct log_tag *control_tag(const struct client *c);
struct roster **control_roster(struct client *c);
void control_send(struct client *c, const struct msg *m);
void control_end(struct client *c, uint32_t status, const char *text);
void control_drop(struct client *c, const char *why);

void control_close(struct monitor *m);
void control_free(struct monitor *m);

#endif
