/*
 * spawn.h - processes in the sandbox: requests to init, which cannot be
 * trusted.
 */
#ifndef ATOLL_SESSION_TERMINAL_SPAWN_H
#define ATOLL_SESSION_TERMINAL_SPAWN_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/wire/msg.h"

struct session;
struct channel;

/* Ask init for what the client wants to run on the channel. */
void spawn_ask(struct channel *c);

/* What init says of a process or its terminal. */
void spawn_on_message(struct session *s, struct msg *m);

/* The sandbox is gone, and with it all that ran in it. */
void spawn_lost(struct session *s);

/* Take the descriptors of SPAWNED_PTY or SPAWNED_PIPES, or of the like of staff's
 * commands.  False when they are not what they should be. */
bool spawn_take_pty(struct channel *c, struct msg *m, struct err *e);
bool spawn_take_pipes(struct channel *c, struct msg *m, struct err *e);

/* The terminal's size changed. */
void spawn_resize(struct channel *c);

/* Send a signal now, or as soon as there is a process; false when the process
 * has ended already. */
bool spawn_signal(struct channel *c, uint32_t number);

/* The client is gone: hang up the processes that it started. */
void spawn_hang_up(struct channel *c);

#endif
