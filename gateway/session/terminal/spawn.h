/*
 * spawn.h - processes in the sandbox: asked of init, which may be anybody's.
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

/* SPAWNED_PTY, SPAWNED_PIPES, SPAWN_FAILED or EXITED. */
void spawn_on_message(struct session *s, struct msg *m);

/* The sandbox is gone, and with it all that ran in it. */
void spawn_lost(struct session *s);

/* The terminal's size changed. */
void spawn_resize(struct channel *c);

/* Now, or as soon as there is a process; false when that is over already. */
bool spawn_signal(struct channel *c, uint32_t number);

/* The client is gone: so should be what it started. */
void spawn_hang_up(struct channel *c);

#endif
