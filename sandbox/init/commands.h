/*
 * commands.h - the programs of sessions: started, signalled, ended.
 */
#ifndef ATOLL_INIT_COMMANDS_H
#define ATOLL_INIT_COMMANDS_H

#include "sandbox/init/context.h"

/* What a session asks; at is its link. */
void commands_spawn(struct init *in, int at, const struct msg *asked);
void commands_signal(struct init *in, int at, const struct msg *asked);

/* Its terminal has drawn much. */
void commands_drawn(struct init *in, int at, const struct msg *asked);

/* The client closed the channel, or knows how it ended. */
void commands_hangup(struct init *in, int at, const struct msg *asked);

/* The client goes to another terminal: this one waits. */
void commands_leave(struct init *in, int at, const struct msg *asked);

/* Has the link's command begun, that is in->start?  Then the session is told; so
 * it is when it never will.  is_dead: it was reaped, and its number may be
 * another's. */
void commands_look(struct init *in, int at, bool is_dead);

/* A process was reaped.  True when it was a session's, who is told. */
bool commands_reaped(struct init *in, pid_t pid, int status);

#endif
