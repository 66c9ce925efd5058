/*
 * command.h - what the administrator's tool may ask, and its answers.
 *							Process: monitor.
 *
 * Some answers come later, from the builder or when a sandbox has ended.
 */
#ifndef ATOLL_MONITOR_LINKS_COMMAND_H
#define ATOLL_MONITOR_LINKS_COMMAND_H

#include "gateway/monitor/links/client.h"

/* The messages of these names; those about accounts are roster.h's. */
void command_hello(struct client *c, struct msg *m);
void command_upgrade(struct client *c, struct msg *msg);
void command_status(struct client *c, struct msg *m);
void command_kill(struct client *c, struct msg *m);
void command_drain(struct client *c, struct msg *m);
void command_reload(struct client *c, struct msg *m);
void command_results(struct client *c, struct msg *m);
void command_export(struct client *c, struct msg *m);
void command_homes(struct client *c, struct msg *m);
void command_home_remove(struct client *c, struct msg *m);

/* The sandbox is gone: who had it killed is told. */
void command_sandbox_ended(struct monitor *m, uint32_t sandbox);

#endif
