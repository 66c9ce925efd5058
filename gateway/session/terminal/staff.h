/*
 * staff.h - the commands of atoll that staff give by ssh: ssh ann@host atoll ls.
 *
 * They run outside of any sandbox, with the rights of staff, which the monitor
 * knows; here is only what is done with their channels.
 */
#ifndef ATOLL_SESSION_TERMINAL_STAFF_H
#define ATOLL_SESSION_TERMINAL_STAFF_H

#include <stdbool.h>

#include "gateway/wire/msg.h"

struct channel;
struct session;

#define STAFF_COMMAND "atoll"	   /* its first word */
#define STAFF_WALLS   "atoll wall" /* what a shell is for who came for those */

/* Is this a command of staff's?  It is when its first word is atoll, the account is
 * staff, and the login names no lab: with one, the command is for the sandbox. */
bool staff_is_meant(const struct session *s, const char *command);

/* Have what channels ask for run. */
void staff_advance(struct session *s);

/* STAFF_STARTED_PTY, STAFF_STARTED_PIPES or STAFF_ENDED. */
void staff_on_message(struct session *s, struct msg *m);

#endif
