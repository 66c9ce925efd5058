/*
 * command.h - what the administrator's tool may ask, and its answers.
 *							Process: monitor.
 *
 * Some answers come later, from the builder or the writer: whoever hears them
 * tells them here, and each tool that waits for one has it.
 */
#ifndef ATOLL_MONITOR_LINKS_COMMAND_H
#define ATOLL_MONITOR_LINKS_COMMAND_H

#include "gateway/monitor/links/client.h"

/* A function for each message that a tool may send, NULL for all others. */
typedef void command(struct client *c, struct msg *m);
extern command *const commands[MSG_COUNT];

/* The builder told every seat's usage. */
void command_usage_told(struct monitor *m, uint32_t serial);

void command_exported(struct monitor *m, const struct msg *told);

/* One home that is kept; and the end of what build.h was asked about homes:
 * reason is "" when it went well. */
void command_home_told(struct monitor *m, const struct msg *told);
void command_home_done(struct monitor *m, uint32_t serial, const char *reason);

/* One error of a reload, and its end: why is NULL when all went well. */
void command_load_error(struct monitor *m, const char *text);
void command_loaded(struct monitor *m, const char *why);

void command_sandbox_ended(struct monitor *m, uint32_t sandbox);

#endif
